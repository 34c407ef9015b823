# What is fetched with `npm pack`: package, version, and the SHA-256 of what arrives. The one place to change them.
# shellcheck shell=bash disable=SC2034
# libduckdb.so of DuckDB 1.4.4
duckdb_package=@duckdb/node-bindings-linux-x64@1.4.4-r.1
duckdb_sha256=8ac460b152cd05a95065a414879bb09e40534b1fb7a80a7afe6969b6ce039029
# The sources of CRoaring 4.5.0, which this package holds in one file. Debian's CRoaring is 0.2.66 and compiled without
# vector instructions, so it alone would be no fair peer.
roaring_package=roaring@2.7.0
roaring_sha256=54db25fce32c984706966169fa5ce52bc79774ea6d845b7522df177299ebf76f
