#include "chart.h"

#include "support.h"

#include <math.h>
#include <stdio.h>

#define COLOURS 7

/* Where a panel's plot is, and what its axes run over. */
typedef struct scale {
    double low, high;
    bool logarithmic;
} scale;

typedef struct plot {
    FILE *file;
    const chart_panel *panel;
    double left, top, width, height;
    scale x, y;
} plot;

/* Sizes of the two forms, in pixels: the whole, a panel's plot, and from one plot to the next. */
typedef struct layout {
    size_t columns;
    double width, left, top, plot_width, plot_height, step_x, step_y;
} layout;

static const layout layouts[] = {
    [CHART_LIST] = {1, 1080, 70, 40, 580, 270, 0, 350},
    [CHART_GRID] = {2, 960, 64, 76, 396, 236, 476, 324},
};

/* Distinct for people who see colours differently as well (after Okabe and Ito), then repeated with dashes;
 * lighter ones on dark. The background belongs to the chart: where a viewer knows nothing of dark settings,
 * or the page around it differs, everything stays readable. */
static const char style[] =
    "<style>\n"
    ".b{fill:#ffffff}.t{fill:#1f2328}.n{fill:#59636e}.g{stroke:#d8dee4}.a{stroke:#8c959f}\n"
    ".c0{stroke:#0072b2;fill:#0072b2}.c1{stroke:#d55e00;fill:#d55e00}.c2{stroke:#009e73;fill:#009e73}\n"
    ".c3{stroke:#b0528c;fill:#b0528c}.c4{stroke:#b07d00;fill:#b07d00}.c5{stroke:#2b8cc4;fill:#2b8cc4}\n"
    ".c6{stroke:#555555;fill:#555555}path{fill:none!important}circle{stroke:none!important}\n"
    "@media(prefers-color-scheme:dark){\n"
    ".b{fill:#0d1117}.t{fill:#f0f6fc}.n{fill:#9198a1}.g{stroke:#2a313c}.a{stroke:#656c76}\n"
    ".c0{stroke:#58a6ff;fill:#58a6ff}.c1{stroke:#ff8c42;fill:#ff8c42}.c2{stroke:#3fce9d;fill:#3fce9d}\n"
    ".c3{stroke:#e79bc6;fill:#e79bc6}.c4{stroke:#f0c14b;fill:#f0c14b}.c5{stroke:#8ad2ff;fill:#8ad2ff}\n"
    ".c6{stroke:#b1bac4;fill:#b1bac4}}\n"
    "</style>\n";

static double measure_of(const scale *s, double value) {
    return s->logarithmic ? log10(value) : value;
}

static bool is_shown(const scale *s, double value) {
    return !isnan(value) && !(s->logarithmic && value <= 0);
}

static void widen(scale *s, double value) {
    if (!is_shown(s, value))
        return;
    s->low = fmin(s->low, measure_of(s, value));
    s->high = fmax(s->high, measure_of(s, value));
}

/* Of the height of a grid's plots, what names inside them take above all lines. */
#define NAMES_SHARE 0.28

static scale scale_of_values(const chart_panel *panel, chart_form form) {
    scale s = {(double)INFINITY, -(double)INFINITY, panel->logarithmic};
    for (size_t l = 0; l < panel->line_count; l++)
        for (size_t i = 0; i < panel->place_count; i++)
            widen(&s, panel->lines[l].values[i]);
    if (s.low > s.high)
        s.low = s.high = 0;
    double margin = (s.high - s.low) * 0.08 + (s.logarithmic ? 0.05 : fabs(s.high) * 0.02 + 1e-9);
    s.low -= margin;
    s.high += margin;
    if (form == CHART_GRID)
        s.high += (s.high - s.low) * NAMES_SHARE;
    return s;
}

static double place_of(const chart_panel *panel, size_t i) {
    return panel->places == NULL ? (double)i : panel->places[i];
}

static scale scale_of_places(const chart_panel *panel) {
    scale s = {(double)INFINITY, -(double)INFINITY, panel->places != NULL && panel->place_logarithmic};
    for (size_t i = 0; i < panel->place_count; i++)
        widen(&s, place_of(panel, i));
    if (!(s.low < s.high)) { /* a single place, in the middle */
        s.low = panel->place_count == 0 ? 0 : s.low - 1;
        s.high = s.low + 2;
    }
    return s;
}

static double x_of(const plot *p, size_t i) {
    return p->left +
           p->width * (measure_of(&p->x, place_of(p->panel, i)) - p->x.low) / (p->x.high - p->x.low);
}

static double y_of(const plot *p, double value) {
    return p->top + p->height * (1 - (measure_of(&p->y, value) - p->y.low) / (p->y.high - p->y.low));
}

static void put_text(FILE *file, double x, double y, const char *anchor, const char *class,
                     const char *text) {
    (void)fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor, class);
    for (; *text != '\0'; text++) {
        if (*text == '<' || *text == '&')
            (void)fputs(*text == '<' ? "&lt;" : "&amp;", file);
        else
            (void)fputc(*text, file);
    }
    (void)fputs("</text>\n", file);
}

/* A line across, and what it stands for. */
static void put_tick(const plot *p, double value) {
    double y = y_of(p, value);
    char text[32];
    (void)snprintf(text, sizeof text, "%.4g", value);
    (void)fprintf(p->file, "<path d=\"M%.1f %.1fH%.1f\" class=\"g\"/>\n", p->left, y, p->left + p->width);
    put_text(p->file, p->left - 8, y + 4, "end", "n", text);
}

/* The round number from 1, 2 and 5 times powers of ten that parts a span into about `parts`. */
static double round_step(double span, double parts) {
    double power = pow(10, floor(log10(span / parts)));
    double digit = span / parts / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

/* Round numbers, evenly spaced. */
static void put_even_ticks(const plot *p, double low, double high) {
    double step = round_step(high - low, 5);
    for (double i = ceil(low / step); i * step <= high; i++)
        put_tick(p, i * step);
}

/* Powers of ten; where they are less than three, twice and five times them as well. */
static void put_logarithmic_ticks(const plot *p) {
    bool fine = floor(p->y.high) - ceil(p->y.low) < 2;
    for (double power = floor(p->y.low); power <= p->y.high; power++) {
        static const double digits[] = {1, 2, 5};
        for (size_t d = 0; d < (fine ? 3 : 1); d++) {
            double value = digits[d] * pow(10, power);
            if (log10(value) >= p->y.low && log10(value) <= p->y.high)
                put_tick(p, value);
        }
    }
}

static void put_grid(const plot *p) {
    if (!p->y.logarithmic)
        put_even_ticks(p, p->y.low, p->y.high);
    else if (p->y.high - p->y.low < 0.8) /* too narrow for powers of ten to say anything */
        put_even_ticks(p, pow(10, p->y.low), pow(10, p->y.high));
    else
        put_logarithmic_ticks(p);
    (void)fprintf(p->file, "<path d=\"M%.1f %.1fH%.1f\" class=\"a\"/>\n", p->left, p->top + p->height,
                  p->left + p->width);
}

static void put_places(const plot *p) {
    const chart_panel *panel = p->panel;
    size_t step = panel->places == NULL ? panel->place_count / 8 + 1 : 1;
    for (size_t i = 0; i < panel->place_count; i += step)
        put_text(p->file, x_of(p, i), p->top + p->height + 17, "middle", "n", panel->labels[i]);
    if (panel->axis != NULL)
        put_text(p->file, p->left + p->width / 2, p->top + p->height + 34, "middle", "n", panel->axis);
}

/* How a line is drawn; guides have no colour of their own. */
static void put_look(const plot *p, size_t l, double width) {
    if (p->panel->lines[l].is_guide)
        (void)fputs("class=\"a\" stroke-dasharray=\"4 4\"", p->file);
    else
        (void)fprintf(p->file, "class=\"c%zu\" stroke-width=\"%g\"%s", l % COLOURS, width,
                      l / COLOURS % 2 == 1 ? " stroke-dasharray=\"5 3\"" : "");
}

static void put_line(const plot *p, size_t l) {
    const chart_line *line = &p->panel->lines[l];
    bool drawing = false;
    (void)fputs("<path d=\"", p->file);
    for (size_t i = 0; i < p->panel->place_count; i++) {
        bool shown = is_shown(&p->y, line->values[i]);
        if (shown)
            (void)fprintf(p->file, "%s%.1f %.1f", drawing ? "L" : "M", x_of(p, i), y_of(p, line->values[i]));
        drawing = shown;
    }
    (void)fputs("\" ", p->file);
    put_look(p, l, 2);
    (void)fputs("/>\n", p->file);
    for (size_t i = 0; i < p->panel->place_count && !line->is_guide; i++)
        if (is_shown(&p->y, line->values[i]))
            (void)fprintf(p->file, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" class=\"c%zu\"/>\n", x_of(p, i),
                          y_of(p, line->values[i]), l % COLOURS);
}

static void put_names(const plot *p, double left) {
    double y = p->top + 12;
    for (size_t l = 0; l < p->panel->line_count; l++) {
        if (p->panel->lines[l].label == NULL)
            continue;
        (void)fprintf(p->file, "<path d=\"M%.1f %.1fh18\" ", left, y - 4);
        put_look(p, l, 3);
        (void)fputs("/>\n", p->file);
        put_text(p->file, left + 24, y, "start", "t", p->panel->lines[l].label);
        y += 16;
    }
}

static void put_panel(const plot *p, chart_form form) {
    put_text(p->file, p->left, p->top - 12, "start", "t", p->panel->title);
    put_grid(p);
    for (size_t l = 0; l < p->panel->line_count; l++)
        put_line(p, l);
    put_places(p);
    put_names(p, form == CHART_LIST ? p->left + p->width + 14 : p->left + 10);
}

void chart_write(const char *path, chart_form form, const char *title, const chart_panel *panels,
                 size_t panel_count) {
    const layout *l = &layouts[form];
    size_t rows = (panel_count + l->columns - 1) / l->columns;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        bench_die("%s cannot be written", path);
    (void)fprintf(file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                  "font-family=\"sans-serif\" font-size=\"12\">\n%s"
                  "<rect width=\"100%%\" height=\"100%%\" rx=\"6\" class=\"b\"/>\n",
                  l->width, l->top + ((double)rows - 1) * l->step_y + l->plot_height + 56, style);
    if (title != NULL)
        put_text(file, l->left, 28, "start", "t", title);
    for (size_t i = 0; i < panel_count; i++) {
        size_t row = i / l->columns;
        plot p = {.file = file,
                  .panel = &panels[i],
                  .left = l->left + (double)(i % l->columns) * l->step_x,
                  .top = l->top + (double)row * l->step_y,
                  .width = l->plot_width,
                  .height = l->plot_height,
                  .x = scale_of_places(&panels[i]),
                  .y = scale_of_values(&panels[i], form)};
        put_panel(&p, form);
    }
    (void)fputs("</svg>\n", file);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        bench_die("%s cannot be written", path);
}
