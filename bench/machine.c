/* machine.c - see machine.h. */
#include "bench/machine.h"
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#ifndef BENCH_BUILD_TYPE
#define BENCH_BUILD_TYPE "unknown"
#endif
#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void cpu_name(char *out, size_t capacity)
{
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "r");
    (void)snprintf(out, capacity, "unknown");
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        (void)snprintf(out, capacity, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    (void)fclose(file);
}

json_t *machine_describe(void)
{
    char cpu[256];
    char date[32];
    struct utsname system = {0};
    struct tm utc = {0};
    time_t now = time(NULL);
    cpu_name(cpu, sizeof cpu);
    (void)uname(&system);
    (void)gmtime_r(&now, &utc);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_int_t memory = (json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    return json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s}", "cpu", cpu, "cores",
                     (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "memory_bytes", memory, "system",
                     system.sysname, "release", system.release, "compiler", COMPILER, "build",
                     BENCH_BUILD_TYPE, "date", date);
}

uint64_t machine_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t machine_ticks(void)
{
#if defined(__x86_64__)
    unsigned core;
    return __rdtscp(&core); /* waits for the instructions before it, so no command leaks out */
#else
    return machine_now_ns();
#endif
}

uint64_t machine_ticks_per_second(void)
{
#if defined(__x86_64__)
    uint64_t start_ns = machine_now_ns();
    uint64_t start = machine_ticks();
    uint64_t now_ns;
    do {
        now_ns = machine_now_ns();
    } while (now_ns - start_ns < 20000000);
    return (uint64_t)((unsigned __int128)(machine_ticks() - start) * 1000000000 /
                      (now_ns - start_ns));
#else
    return 1000000000;
#endif
}
