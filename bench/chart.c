#include "chart.h"

#include "support.h"

#include <math.h>
#include <stdio.h>

#define WIDTH 1080
#define LEFT 70
#define RIGHT 430 /* room for what the lines are called */
#define TOP 40
#define PANEL 300
#define GAP 90
#define PLOT (WIDTH - LEFT - RIGHT)

/* Distinct for people who see colours differently as well (after Okabe and Ito), then repeated with dashes.
 */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#555555"};
#define COLOURS (sizeof colours / sizeof *colours)

typedef struct scale {
    double low, high;
    bool logarithmic;
} scale;

static double measure_of(const scale *s, double value) {
    return s->logarithmic ? log10(value) : value;
}

static scale scale_of(const chart_panel *panel, size_t place_count) {
    scale s = {(double)INFINITY, -(double)INFINITY, panel->logarithmic};
    for (size_t l = 0; l < panel->line_count; l++) {
        for (size_t i = 0; i < place_count; i++) {
            double value = panel->lines[l].values[i];
            if (isnan(value) || (s.logarithmic && value <= 0))
                continue;
            double measure = measure_of(&s, value);
            s.low = measure < s.low ? measure : s.low;
            s.high = measure > s.high ? measure : s.high;
        }
    }
    if (s.low > s.high)
        s.low = s.high = 0;
    double margin = (s.high - s.low) * 0.08 + (s.logarithmic ? 0.05 : fabs(s.high) * 0.02 + 1e-9);
    s.low -= margin;
    s.high += margin;
    return s;
}

static double x_of(size_t place, size_t place_count) {
    return LEFT + (place_count < 2 ? PLOT / 2.0 : (double)place * PLOT / (double)(place_count - 1));
}

static double y_of(const scale *s, double value, double top) {
    return top + PANEL * (1 - (measure_of(s, value) - s->low) / (s->high - s->low));
}

static void put_text(FILE *file, double x, double y, const char *anchor, const char *colour,
                     const char *text) {
    (void)fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">", x, y, anchor, colour);
    for (; *text != '\0'; text++) {
        if (*text == '<' || *text == '&')
            (void)fputs(*text == '<' ? "&lt;" : "&amp;", file);
        else
            (void)fputc(*text, file);
    }
    (void)fputs("</text>\n", file);
}

static void put_grid(FILE *file, const scale *s, double top) {
    for (int i = 0; i <= 4; i++) {
        double measure = s->low + (s->high - s->low) * i / 4;
        double y = top + PANEL * (1 - i / 4.0);
        char text[32];
        (void)snprintf(text, sizeof text, "%.3g", s->logarithmic ? pow(10, measure) : measure);
        (void)fprintf(file, "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>\n", LEFT, y, LEFT + PLOT);
        put_text(file, LEFT - 8, y + 4, "end", "#333333", text);
    }
}

static void put_line(FILE *file, const chart_panel *panel, size_t l, const scale *s, double top,
                     size_t place_count) {
    const double *values = panel->lines[l].values;
    const char *colour = colours[l % COLOURS];
    const char *dash = l / COLOURS % 2 == 1 ? " stroke-dasharray=\"5 3\"" : "";
    bool drawing = false;
    (void)fprintf(file, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s d=\"", colour, dash);
    for (size_t i = 0; i < place_count; i++) {
        if (isnan(values[i]) || (s->logarithmic && values[i] <= 0)) {
            drawing = false;
            continue;
        }
        (void)fprintf(file, "%s%.1f %.1f", drawing ? "L" : "M", x_of(i, place_count),
                      y_of(s, values[i], top));
        drawing = true;
    }
    (void)fputs("\"/>\n", file);
    for (size_t i = 0; i < place_count; i++)
        if (!isnan(values[i]) && !(s->logarithmic && values[i] <= 0))
            (void)fprintf(file, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
                          x_of(i, place_count), y_of(s, values[i], top), colour);
    double y = top + 12 + 16.0 * (double)l;
    (void)fprintf(file, "<path d=\"M%d %.1fh18\" stroke=\"%s\" stroke-width=\"3\"%s/>\n", LEFT + PLOT + 14,
                  y - 4, colour, dash);
    put_text(file, LEFT + PLOT + 38, y, "start", "#333333", panel->lines[l].label);
}

static void put_labels(FILE *file, double top, const char *const *labels, size_t place_count) {
    size_t step = place_count / 8 + 1;
    for (size_t i = 0; i < place_count; i += step)
        put_text(file, x_of(i, place_count), top + PANEL + 18, "middle", "#333333", labels[i]);
}

void chart_write(const char *path, const chart_panel *panels, size_t panel_count, const char *const *labels,
                 size_t place_count) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        bench_die("%s cannot be written", path);
    (void)fprintf(
        file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" font-family=\"sans-serif\" "
        "font-size=\"11\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
        WIDTH, TOP + panel_count * (PANEL + GAP));
    for (size_t p = 0; p < panel_count; p++) {
        double top = TOP + (double)p * (PANEL + GAP);
        scale s = scale_of(&panels[p], place_count);
        put_text(file, LEFT, top - 14, "start", "#000000", panels[p].title);
        put_grid(file, &s, top);
        for (size_t l = 0; l < panels[p].line_count; l++)
            put_line(file, &panels[p], l, &s, top, place_count);
        put_labels(file, top, labels, place_count);
    }
    (void)fputs("</svg>\n", file);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        bench_die("%s cannot be written", path);
}
