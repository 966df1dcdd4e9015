/*
 * Makes calls on the files of one folder fail as those of a disk do that is full, read-only, or broken. Preloaded into
 * node; SQLite and libuv both come through here.
 *
 * FAULTS_FOLDER: absolute path without links. FAULTS_CONTROL: the file whose first octets are `struct control`; the test
 * writes them while the process runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, OPEN = 4, TRUNCATE = 8, NAME = 16, FOLDER = 32, REMOVE = 64, READ = 128 };

struct control {
  uint32_t fault;  /* errno; 0: nothing fails */
  uint32_t kinds;  /* of calls that count */
  uint32_t lasting; /* not 0: every call from the first failing one on */
  uint32_t after;  /* calls that still work */
  uint32_t seen;   /* calls so far: of the kinds that count, on followed files */
  uint32_t failed; /* of these */
};

static volatile struct control *control;
static const char *folder;
static size_t folder_length;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("FAULTS_CONTROL");
  folder = getenv("FAULTS_FOLDER");
  if (path == NULL || folder == NULL) return;
  folder_length = strlen(folder);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd < 0 || mapped == MAP_FAILED) abort();
  control = mapped;
}

static int fails(uint32_t kind, const char *path) {
  if (control == NULL || path == NULL || control->fault == 0 || (control->kinds & kind) == 0) return 0;
  if (strncmp(path, folder, folder_length) != 0) return 0;
  if (path[folder_length] != '/' && path[folder_length] != '\0') return 0;
  uint32_t seen = __atomic_add_fetch(&control->seen, 1, __ATOMIC_SEQ_CST);
  if (seen <= control->after || (!control->lasting && seen > control->after + 1)) return 0;
  __atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
  errno = (int)control->fault;
  return 1;
}

static int fails_at(uint32_t kind, int fd) {
  if (control == NULL || control->fault == 0) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return fails(kind, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int for_writing(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0; }

#define OPENER(name)                                                                \
  int name(const char *path, int flags, ...) {                                      \
    va_list rest;                                                                   \
    va_start(rest, flags);                                                          \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;  \
    va_end(rest);                                                                   \
    if (for_writing(flags) && fails(OPEN, path)) return -1;                         \
    return REAL(name)(path, flags, mode);                                           \
  }
OPENER(open)
OPENER(open64)

#define DESCRIPTOR(kind, result, name, parameters, arguments)  \
  result name parameters {                                     \
    if (fails_at(kind, fd)) return -1;                         \
    return REAL(name) arguments;                               \
  }
DESCRIPTOR(WRITE, ssize_t, write, (int fd, const void *data, size_t length), (fd, data, length))
DESCRIPTOR(WRITE, ssize_t, pwrite, (int fd, const void *data, size_t length, off_t at), (fd, data, length, at))
DESCRIPTOR(WRITE, ssize_t, pwrite64, (int fd, const void *data, size_t length, off64_t at), (fd, data, length, at))
DESCRIPTOR(WRITE, ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
DESCRIPTOR(READ, ssize_t, read, (int fd, void *data, size_t length), (fd, data, length))
DESCRIPTOR(READ, ssize_t, pread, (int fd, void *data, size_t length, off_t at), (fd, data, length, at))
DESCRIPTOR(READ, ssize_t, pread64, (int fd, void *data, size_t length, off64_t at), (fd, data, length, at))
DESCRIPTOR(SYNC, int, fsync, (int fd), (fd))
DESCRIPTOR(SYNC, int, fdatasync, (int fd), (fd))
DESCRIPTOR(TRUNCATE, int, ftruncate, (int fd, off_t length), (fd, length))
DESCRIPTOR(TRUNCATE, int, ftruncate64, (int fd, off64_t length), (fd, length))

int rename(const char *from, const char *to) { return fails(NAME, to) ? -1 : REAL(rename)(from, to); }
int link(const char *from, const char *to) { return fails(NAME, to) ? -1 : REAL(link)(from, to); }
int mkdir(const char *path, mode_t mode) { return fails(FOLDER, path) ? -1 : REAL(mkdir)(path, mode); }
int unlink(const char *path) { return fails(REMOVE, path) ? -1 : REAL(unlink)(path); }
