/* The engine's whole public face. Reading model files needs <fitmatch/workspace.h> as well. */
#ifndef FITMATCH_FITMATCH_H
#define FITMATCH_FITMATCH_H

#include <fitmatch/analysis.h>
#include <fitmatch/base.h>
#include <fitmatch/base_file.h>
#include <fitmatch/catalog.h>
#include <fitmatch/match.h>
#include <fitmatch/model.h>
#include <fitmatch/output.h>
#include <fitmatch/report.h>
#include <fitmatch/status.h>
#include <fitmatch/table.h>

#endif
