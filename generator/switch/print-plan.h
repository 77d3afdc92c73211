/* SPDX-License-Identifier: MIT */
/* Printing a plan. */
#pragma once

#include "switch/plan.h"

/* Prints a line for each container with something to do or to report, in colour if @colour. */
void plan_print(const Plan *plan, FILE *stream, bool colour);

/* Prints everything that plan_print() does, with complete values, as JSON. */
void plan_print_json(const Plan *plan, FILE *stream);
