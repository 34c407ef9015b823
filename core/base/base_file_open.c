#include "base/base_file.h"
#include "support/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool fm_base_is_file_start(fm_text start) {
    return start.length >= FM__FILE_SIGN_BYTES &&
           memcmp(start.bytes, FM__FILE_MAGIC, FM__FILE_SIGN_BYTES) == 0;
}

bool fm_base_is_file(const char *path) {
    struct stat about;
    char start[FM__FILE_SIGN_BYTES];
    /* A pipe would lose what is looked at, and opening one may wait for ever. */
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    ssize_t length = pread(descriptor, start, sizeof start, 0);
    (void)close(descriptor);
    return length > 0 && fm_base_is_file_start((fm_text){start, (size_t)length});
}

static uint32_t load_u32(const unsigned char *at) {
    uint32_t number;
    memcpy(&number, at, sizeof number);
    return number;
}

static uint64_t load_u64(const unsigned char *at) {
    uint64_t number;
    memcpy(&number, at, sizeof number);
    return number;
}

/* --- mapping --- */

static fm_status fail_input(const char *path, fm_error *error, const char *what) {
    return fm__fail_at(error, FM_ERROR_INPUT, path, 0, 0, "%s", what);
}

/* What a file says of itself before anything in it is believed. */
static fm_status look_at_start(const char *path, const unsigned char *start, size_t length, fm_error *error) {
    size_t sign = length < FM__FILE_SIGN_BYTES ? length : FM__FILE_SIGN_BYTES;
    if (length == 0)
        return fail_input(path, error, "this file is empty, a base file is needed");
    if (memcmp(start, FM__FILE_MAGIC, sign) != 0)
        return fail_input(path, error, "this is no base file: `fitmatch encode` writes them");
    if (length >= FM__FILE_MAGIC_BYTES && memcmp(start, FM__FILE_MAGIC, FM__FILE_MAGIC_BYTES) != 0)
        return fail_input(path, error,
                          "this base file was damaged on its way, as by a transfer that took it for text");
    if (length < FM__FILE_HEADER_BYTES)
        return fail_input(path, error, "this base file is cut short: encode the customers' table again");
    uint32_t version = load_u32(start + 8);
    if (version != FM__FILE_VERSION)
        return fm__fail_at(error, FM_ERROR_INPUT, path, 0, 0,
                           "this base file is of version %" PRIu32 ", this program reads version %d: encode "
                           "the customers' table again with this program",
                           version, FM__FILE_VERSION);
    if (fm__hash_bytes(start, FM__FILE_HEADER_BYTES - 8) != load_u64(start + FM__FILE_HEADER_BYTES - 8))
        return fail_input(path, error,
                          "this base file is damaged (header): encode the customers' table again");
    if (load_u32(start + 12) != 0)
        return fail_input(
            path, error,
            "this base file uses features that this program does not know: a newer one is needed");
    return FM_OK;
}

/* The whole file, with a header that is right. */
static fm_status map_file(fm__base_file *file, fm_error *error) {
    struct stat about;
    unsigned char start[FM__FILE_HEADER_BYTES];
    char reason[FM__FILE_REASON_BYTES];
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &about) != 0 || S_ISDIR(about.st_mode)) {
        int code = descriptor >= 0 && S_ISDIR(about.st_mode) ? EISDIR : errno;
        if (descriptor >= 0)
            (void)close(descriptor);
        return fm__fail_at(error, FM_ERROR_IO, file->path, 0, 0, "cannot open: %s",
                           fm__file_reason(code, file->path, reason));
    }
    fm_status status = FM_OK;
    ssize_t length = S_ISREG(about.st_mode) ? pread(descriptor, start, sizeof start, 0) : 0;
    if (!S_ISREG(about.st_mode))
        status = fail_input(file->path, error, "a base file must be a regular file: it is opened in place");
    else if (length < 0)
        status = fm__fail_system(error, errno, "read", file->path);
    else
        status = look_at_start(file->path, start, (size_t)length, error);
    uint64_t whole = status == FM_OK ? load_u64(start + 16) : 0;
    if (status == FM_OK && whole != (uint64_t)about.st_size)
        status = fm__fail_at(error, FM_ERROR_INPUT, file->path, 0, 0,
                             "this base file has %" PRIu64 " bytes, it should have %" PRIu64
                             ": encode the customers' table again",
                             (uint64_t)about.st_size, whole);
    if (status == FM_OK) {
        void *bytes = mmap(NULL, (size_t)whole, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes == MAP_FAILED) {
            status =
                errno == ENOMEM ? fm__fail_memory(error) : fm__fail_system(error, errno, "map", file->path);
        } else {
            file->bytes = bytes;
            file->length = (size_t)whole;
        }
    }
    (void)close(descriptor);
    return status;
}

/* --- header and directory --- */

static bool read_header(fm__base_file *file, uint64_t *out_rejects) {
    const unsigned char *header = file->bytes;
    fm__file_shape *shape = &file->shape;
    shape->row_count = load_u64(header + 24);
    *out_rejects = load_u64(header + 32);
    shape->segment_rows = load_u32(header + 40);
    file->piece_bytes = load_u32(header + 48);
    bool right =
        load_u32(header + 44) == FM__SECTION_COUNT && file->piece_bytes >= FM__FILE_PIECE_BYTES_MIN &&
        file->piece_bytes <= FM__FILE_PIECE_BYTES_MAX && (file->piece_bytes & (file->piece_bytes - 1)) == 0 &&
        shape->row_count <= UINT32_MAX && shape->segment_rows >= FM__BLOCK_ROWS &&
        shape->segment_rows <= FM__SEGMENT_ROWS_MAX &&
        (shape->segment_rows & (shape->segment_rows - 1)) == 0 && file->length % FM__FILE_ALIGNMENT == 0;
    for (size_t at = 52; at < FM__FILE_HEADER_BYTES - 16; at++)
        right &= header[at] == 0;
    if (!right)
        return false;
    shape->segment_count = (size_t)((shape->row_count + shape->segment_rows - 1) / shape->segment_rows);
    shape->block_count = (size_t)((shape->row_count + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS);
    return true;
}

/* Zeroes between the end of a section and the next one. */
static bool is_filled(const fm__base_file *file, uint64_t begin, uint64_t end) {
    for (uint64_t at = begin; at < end; at++)
        if (file->bytes[at] != 0)
            return false;
    return true;
}

/* Sections follow each other without holes, so that nothing can overlap and every byte is somebody's. */
static bool read_directory(fm__base_file *file) {
    size_t directory_bytes = (size_t)FM__SECTION_COUNT * FM__FILE_ENTRY_BYTES;
    uint64_t at = FM__FILE_HEADER_BYTES + directory_bytes;
    if (file->length < at || fm__hash_bytes(file->bytes + FM__FILE_HEADER_BYTES, directory_bytes) !=
                                 load_u64(file->bytes + FM__FILE_HEADER_BYTES - 16))
        return false;
    for (size_t i = 0; i < FM__SECTION_COUNT; i++) {
        const unsigned char *entry = file->bytes + FM__FILE_HEADER_BYTES + i * FM__FILE_ENTRY_BYTES;
        fm__section *section = &file->sections[i];
        section->offset = load_u64(entry + 8);
        section->length = load_u64(entry + 16);
        if (load_u32(entry) != i + 1 || load_u32(entry + 4) != 0 || section->offset != at ||
            section->length > file->length - at)
            return false;
        at = fm__file_align((size_t)(at + section->length), FM__FILE_ALIGNMENT);
        if (at > file->length || !is_filled(file, section->offset + section->length, at))
            return false;
        if (i == FM__SECTION_CHECKSUMS)
            continue;
        section->first_piece = file->piece_count;
        section->piece_count =
            (size_t)(section->length / file->piece_bytes + (section->length % file->piece_bytes != 0));
        file->piece_count += section->piece_count;
    }
    return at == file->length;
}

/* The checksum of a section is that of its pieces' checksums; of the checksums, that of their bytes. */
static bool read_checksums(fm__base_file *file) {
    const fm__section *checksums = &file->sections[FM__SECTION_CHECKSUMS];
    if (checksums->length != (uint64_t)file->piece_count * sizeof(uint64_t))
        return false;
    file->checksums = (const uint64_t *)(void *)(file->bytes + checksums->offset);
    for (size_t i = 0; i < FM__SECTION_COUNT; i++) {
        const unsigned char *entry = file->bytes + FM__FILE_HEADER_BYTES + i * FM__FILE_ENTRY_BYTES;
        const fm__section *section = &file->sections[i];
        uint64_t sum = i == FM__SECTION_CHECKSUMS
                           ? fm__hash_bytes(file->checksums, (size_t)checksums->length)
                           : fm__hash_bytes(file->checksums + section->first_piece,
                                            section->piece_count * sizeof *file->checksums);
        if (sum != load_u64(entry + 24))
            return false;
    }
    return true;
}

/* --- the content that every use needs --- */

bool fm__file_section_length(const fm__file_shape *shape, fm__section_id section, uint64_t *out_length) {
    size_t rows = (size_t)shape->row_count;
    size_t count = 0;
    size_t bytes = 1;
    switch (section) {
    case FM__SECTION_EXTENTS:
        count = shape->segment_count;
        bytes = sizeof(uint64_t);
        break;
    case FM__SECTION_RANGES:
        count = shape->block_count;
        bytes = sizeof(fm__range);
        break;
    case FM__SECTION_SLICES:
        count = shape->block_count;
        bytes = sizeof(uint64_t);
        break;
    case FM__SECTION_VALUES:
        count = shape->has_value ? rows : 0;
        bytes = sizeof(double);
        break;
    case FM__SECTION_STAGES:
        count = shape->has_stage ? rows : 0;
        break;
    case FM__SECTION_ENDS:
    case FM__SECTION_ID_ROWS:
        count = rows;
        bytes = sizeof(uint32_t);
        break;
    case FM__SECTION_ID_BEGINS:
        count = ((size_t)1 << fm__file_bucket_bits(shape->row_count)) + 1;
        bytes = sizeof(uint32_t);
        break;
    default:
        return false;
    }
    size_t each = section == FM__SECTION_EXTENTS || section == FM__SECTION_ENDS ? shape->carried_count
                  : section == FM__SECTION_RANGES                               ? shape->column_count
                  : section == FM__SECTION_SLICES                               ? shape->block_words
                                                                                : 1;
    size_t cells;
    if (!fm__size_product(count, each, &cells) || !fm__size_product(cells, bytes, &cells))
        return false;
    *out_length = cells;
    return true;
}

static fm_status check_lengths(const fm__base_file *file, fm_error *error) {
    static const fm__section_id fixed[] = {
        FM__SECTION_EXTENTS, FM__SECTION_RANGES, FM__SECTION_SLICES,    FM__SECTION_VALUES,
        FM__SECTION_STAGES,  FM__SECTION_ENDS,   FM__SECTION_ID_BEGINS, FM__SECTION_ID_ROWS,
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        uint64_t length;
        if (!fm__file_section_length(&file->shape, fixed[i], &length) ||
            length != file->sections[fixed[i]].length)
            return fm__file_damaged(file, fixed[i], error);
    }
    const uint64_t *extents = (const uint64_t *)(void *)fm__file_section(file, FM__SECTION_EXTENTS);
    uint64_t before = 0;
    for (size_t i = 0; i < file->shape.segment_count * file->shape.carried_count; i++) {
        if (extents[i] < before || extents[i] - before > UINT32_MAX)
            return fm__file_damaged(file, FM__SECTION_EXTENTS, error);
        before = extents[i];
    }
    return before == file->sections[FM__SECTION_CELLS].length
               ? FM_OK
               : fm__file_damaged(file, FM__SECTION_EXTENTS, error);
}

/* Everything but the large sections. */
static fm_status read_frame(fm_base *base, fm_error *error) {
    fm__base_file *file = base->file;
    if (!read_header(file, &base->reject_count))
        return fm__file_damaged(file, FM__SECTION_COUNT, error);
    if (!read_directory(file))
        return fail_input(file->path, error,
                          "this base file is damaged (directory): encode the customers' table again");
    if (!read_checksums(file))
        return fm__file_damaged(file, FM__SECTION_CHECKSUMS, error);
    file->seen = fm__arena_array(&base->arena, file->piece_count / 64 + 1, sizeof *file->seen);
    if (file->seen == NULL)
        return fm__fail_memory(error);
    static const fm__section_id needed[] = {FM__SECTION_SCHEMA, FM__SECTION_DICTIONARIES,
                                            FM__SECTION_EXTENTS};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!fm__file_touch(file, needed[i], 0, file->sections[needed[i]].length))
            return fm__file_damaged(file, needed[i], error);
    fm_status status = fm__file_read_schema(file, &base->arena, error);
    return status == FM_OK ? check_lengths(file, error) : status;
}

static bool machine_can_map(void) {
    const uint32_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1 && sizeof(size_t) == sizeof(uint64_t);
}

static fm_status open_base(fm_base *base, const char *path, const fm_base_open_options *options,
                           fm__fault_log *log, fm_error *error) {
    base->file = fm__arena_array(&base->arena, 1, sizeof *base->file);
    if (base->file == NULL || (base->file->path = fm__arena_string(&base->arena, path)) == NULL)
        return fm__fail_memory(error);
    base->file->unchecked = FM_BASE_ALL_PARTS;
    base->unchecked = &base->file->unchecked;
    fm_status status = map_file(base->file, error);
    if (status == FM_OK)
        status = read_frame(base, error);
    if (status == FM_OK)
        status = fm__file_fit_model(base, options, log, error);
    if (status == FM_OK)
        status = fm__base_file_check_parts(base, FM_BASE_ALL_PARTS & ~options->lazy, options->threads,
                                           options->progress, error);
    return status;
}

fm_status fm_base_open(const fm_model *model, const char *path, const fm_base_open_options *options,
                       const fm_faults *faults, fm_base **out_base, fm_error *error) {
    static const fm_base_open_options defaults;
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    if (!machine_can_map())
        return fm__fail(error, FM_ERROR_LIMIT,
                        "base files can be opened on little-endian machines of 64 bits only");
    fm_base *base = calloc(1, sizeof *base);
    if (base == NULL)
        return fm__fail_memory(error);
    base->model = model;
    fm_status status = open_base(base, path, options == NULL ? &defaults : options, &log, error);
    if (status != FM_OK) {
        fm_base_free(base);
        return status;
    }
    *out_base = base;
    return FM_OK;
}

/* --- what becomes of it --- */

void fm__base_file_release(fm_base *base) {
    fm__base_file *file = base->file;
    if (file == NULL)
        return;
    if (!file->owns_slices)
        base->slices = NULL;
    if (!file->owns_ranges)
        base->ranges = NULL;
    for (size_t d = 0; base->demands != NULL && d < base->demand_count; d++) {
        fm__demands *demands = &base->demands[d];
        demands->rows = NULL;
        demands->numbers = NULL;
        demands->set_begins = NULL;
        demands->set_elements = NULL;
    }
    base->segment_count = 0; /* they are the arena's */
    free(file->own_stages);
    if (file->bytes != NULL)
        (void)munmap(file->bytes, file->length);
    base->file = NULL;
}

fm_status fm__base_file_own_demands(fm_base *base, unsigned threads, fm_error *error) {
    fm__base_file *file = base->file;
    if (file == NULL || file->owns_slices)
        return FM_OK;
    fm_status status = fm_base_check(base, FM_BASE_DEMANDS, threads, error);
    if (status != FM_OK)
        return status;
    /* The sizes are those of sections. */
    size_t slice_bytes = base->block_count * base->block_words * sizeof *base->slices;
    size_t range_count = base->block_count * base->demand_count;
    uint64_t *slices = fm__region_new(slice_bytes);
    fm__range *ranges = file->owns_ranges ? base->ranges : fm__array_new(range_count, sizeof *ranges);
    if (slices == NULL || ranges == NULL) {
        fm__region_free(slices);
        if (!file->owns_ranges)
            free(ranges);
        return fm__fail_memory(error);
    }
    memcpy(slices, base->slices, slice_bytes);
    if (!file->owns_ranges)
        memcpy(ranges, base->ranges, range_count * sizeof *ranges);
    base->slices = slices;
    base->ranges = ranges;
    file->owns_slices = file->owns_ranges = true;
    return FM_OK;
}
