/* The source of randomness of this process: it replaces the function of the C library.
 *
 * The standard library of Rust draws the keys of its hash maps here, and getrandom (thus `rand::rng()`) its seeds. Rust
 * has no hook for the former that works without unsafe code, hence C. Each thread has a sequence of its own that
 * depends on the name of the thread alone: a run of the adapter is a thread whose name is the seed of the run.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/types.h>

static _Thread_local uint64_t state;
static _Thread_local int started;

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t next(void)
{
    uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void start(void)
{
    char name[16] = {0};
    prctl(PR_GET_NAME, name);
    for (size_t i = 0; i < sizeof name && name[i] != '\0'; i++) {
        state ^= (unsigned char)name[i];
        state = next();
    }
    started = 1;
}

ssize_t getrandom(void *buffer, size_t length, unsigned int flags)
{
    (void)flags;
    if (!started)
        start();
    unsigned char *bytes = buffer;
    uint64_t word = 0;
    for (size_t i = 0; i < length; i++) {
        if (i % 8 == 0)
            word = next();
        bytes[i] = (unsigned char)(word >> (8 * (i % 8)));
    }
    return (ssize_t)length;
}
