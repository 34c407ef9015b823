/* Hash indexes and the names that are numbered with them, against plain lists. */
#include "fixture.h"
#include "support/hash.h"
#include "support/names.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* Published results (xxHash's own test vectors and MurmurHash3's finaliser), so that files may depend on
 * them. */
Test(hash, known_values) {
    cr_assert_eq(fm__hash_bytes("", 0), UINT64_C(0x2d06800538d394c2));
    cr_assert_eq(fm__hash_word(0), 0);
    cr_assert_eq(fm__hash_word(1), UINT64_C(0xb456bcfc34c2cb2c));
    cr_assert_neq(fm__hash_bytes("ab", 2), fm__hash_bytes("ab", 1));
    cr_assert_neq(fm__hash_bytes("ab", 2), fm__hash_bytes("ba", 2));
}

static uint64_t inverse(uint64_t odd) {
    uint64_t x = odd; /* Newton's iteration doubles the right bits: 3, 6, 12, 24, 48, 96 */
    for (int i = 0; i < 5; i++)
        x *= 2 - odd * x;
    return x;
}

static uint64_t unhash_word(uint64_t hash) {
    hash ^= hash >> 33;
    hash *= inverse(UINT64_C(0xc4ceb9fe1a85ec53));
    hash ^= hash >> 33;
    hash *= inverse(UINT64_C(0xff51afd7ed558ccd));
    return hash ^ (hash >> 33);
}

Test(hash, words_hash_one_to_one) {
    uint64_t seed = 1;
    for (int i = 0; i < 100000; i++) {
        uint64_t word = fixture_random(&seed);
        cr_assert_eq(unhash_word(fm__hash_word(word)), word);
    }
}

static void check_entries(const fm__index *index, const uint64_t *hashes, uint32_t count, uint64_t hash) {
    size_t cursor = 0;
    uint32_t found = 0;
    uint32_t expected = 0;
    bool seen[512] = {false};
    for (uint32_t entry; (entry = fm__index_next(index, hash, &cursor)) != FM__INDEX_NONE; found++) {
        cr_assert_lt(entry, count);
        cr_assert_eq(hashes[entry], hash);
        cr_assert(!seen[entry], "entry %u came twice", entry);
        seen[entry] = true;
    }
    for (uint32_t i = 0; i < count; i++)
        expected += hashes[i] == hash;
    cr_assert_eq(found, expected, "hash %llx", (unsigned long long)hash);
}

/* Few different hashes, and ones that only differ above the bits that choose a slot. */
Test(hash, every_entry_of_a_hash) {
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t state = seed;
        uint64_t hashes[512];
        fm__index index = {0};
        size_t cursor = 0;
        cr_assert_eq(fm__index_next(&index, 5, &cursor), FM__INDEX_NONE, "an empty index has no entry");
        uint32_t count = 1 + (uint32_t)fixture_below(&state, 512);
        for (uint32_t i = 0; i < count; i++) {
            hashes[i] =
                fixture_below(&state, 7) | fixture_below(&state, 3) << 60 | fixture_below(&state, 2) * 62;
            cr_assert(fm__index_add(&index, hashes[i], i));
            cr_assert_eq(index.count, i + 1);
            cr_assert(index.count * 2 <= index.mask + 1, "more than half full");
        }
        for (uint64_t low = 0; low < 64; low++)
            for (uint64_t high = 0; high < 4; high++)
                check_entries(&index, hashes, count, low | high << 60);
        fm__index_destroy(&index);
        cr_assert(index.slots == NULL && index.count == 0 && index.mask == 0);
    }
}

Test(hash, names_are_numbered_as_they_come) {
    fm__names names = {0};
    char text[32];
    cr_assert_eq(fm__names_find(&names, fm__text("0")), FM__INDEX_NONE);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 5000; i++) {
            int length = snprintf(text, sizeof text, "%u", i);
            cr_assert_eq(fm__names_add(&names, (fm_text){text, (size_t)length}), i);
        }
    }
    cr_assert_eq(names.count, 5000);
    for (uint32_t i = 0; i < 5000; i++) {
        int length = snprintf(text, sizeof text, "%u", i);
        cr_assert_eq(fm__names_find(&names, (fm_text){text, (size_t)length}), i);
        cr_assert_str_eq(names.texts[i].bytes, text);
    }
    cr_assert_eq(fm__names_find(&names, fm__text("5000")), FM__INDEX_NONE);
    cr_assert_eq(fm__names_find(&names, fm__text("")), FM__INDEX_NONE);
    cr_assert_eq(fm__names_add(&names, fm__text("")), 5000);
    cr_assert_eq(fm__names_add(&names, (fm_text){"a\0b", 3}), 5001);
    cr_assert_eq(fm__names_add(&names, (fm_text){"a\0c", 3}), 5002);
    cr_assert_eq(fm__names_find(&names, (fm_text){"a\0b", 3}), 5001);
    fm__names_destroy(&names);
    cr_assert_eq(names.count, 0);
}
