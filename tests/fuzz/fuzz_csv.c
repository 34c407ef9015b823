/* The CSV scanner against the obvious reader. The first four bytes choose how to read, the rest is the
 * document. */
#include "../unit/csv_walk.c"
#include "../unit/obvious_csv.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length < 4)
        return 0;
    static const char delimiters[] = {0, ',', ';', '\t', '|', 0, 0, 0};
    fm_csv_options options = {
        .delimiter = delimiters[bytes[0] % 8],
        .record_bytes = bytes[0] & 0x80 ? bytes[1] : 0,
        .window_bytes = bytes[2],
    };
    fm_text document = {(const char *)bytes + 4, length - 4};
    size_t record_bytes = options.record_bytes == 0 ? (size_t)16 << 20 : options.record_bytes;
    obvious_csv expected = obvious_read(document, options.delimiter, record_bytes);
    static const obvious_way ways[] = {OBVIOUS_IN_STREAM, OBVIOUS_IN_CHUNKS, OBVIOUS_IN_BLIND_CHUNKS,
                                       OBVIOUS_IN_BLIND_CHUNKS};
    char why[WHY_BYTES];
    if (!obvious_agrees(&expected, document, &options, ways[bytes[0] >> 3 & 3], bytes[3], why)) {
        (void)fprintf(stderr, "scanner and obvious reader differ: %s\n", why);
        abort();
    }
    obvious_free(&expected);
    return 0;
}
