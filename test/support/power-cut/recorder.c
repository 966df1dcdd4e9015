/*
 * Records what a process does to the files of one folder, so that a test can work out what a power cut at any moment
 * would have left of them (see disk.ts). Preloaded into node; SQLite and libuv both come through here.
 *
 * POWER_CUT_FOLDER: absolute path without links. POWER_CUT_TRACE: the file that events are appended to. An event is
 * one append, so that several processes may write to one trace:
 *
 *     u32 octets of path, u32 octets of data, u64 inode, u64 offset or length, u8 kind, path, data
 *
 * The memory-mapped index of a write-ahead log (-shm) is left out: SQLite rebuilds it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static int trace = -1;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("POWER_CUT_TRACE");
  folder = getenv("POWER_CUT_FOLDER");
  if (path == NULL || folder == NULL) return;
  folder_length = strlen(folder);
  trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int followed(const char *path) {
  if (trace < 0 || path == NULL || strncmp(path, folder, folder_length) != 0) return 0;
  if (path[folder_length] != '/' && path[folder_length] != '\0') return 0;
  size_t length = strlen(path);
  return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

/* The path of a descriptor, if it is followed. */
static int path_of(int fd, char *path, size_t size) {
  if (trace < 0) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return followed(path);
}

static uint64_t inode_of(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 ? about.st_ino : 0;
}

static void record(char kind, const char *path, uint64_t inode, uint64_t at, const void *data, size_t length) {
  struct __attribute__((packed)) { uint32_t path, data; uint64_t inode, at; uint8_t kind; } head = {
      (uint32_t)strlen(path), (uint32_t)length, inode, at, (uint8_t)kind};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)data, length}};
  int kept = errno;
  if (syscall(SYS_writev, trace, parts, 3) != (long)(sizeof head + head.path + length)) abort();
  errno = kept;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define LOCK pthread_mutex_lock(&order)
#define UNLOCK pthread_mutex_unlock(&order)

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  if (!followed(path) || (flags & (O_CREAT | O_TRUNC)) == 0) return real(path, flags, mode);
  LOCK;
  int there = faccessat(AT_FDCWD, path, F_OK, 0) == 0;
  int fd = real(path, flags, mode);
  if (fd >= 0 && !there) record('C', path, inode_of(fd), 0, "", 0);
  else if (fd >= 0 && (flags & O_TRUNC) != 0) record('T', path, inode_of(fd), 0, "", 0);
  UNLOCK;
  return fd;
}

static mode_t mode_in(int flags, va_list rest) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_in(flags, rest);
  va_end(rest);
  return opened(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_in(flags, rest);
  va_end(rest);
  return opened(REAL(open64), path, flags, mode);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return REAL(pwrite64)(fd, data, length, at);
  LOCK;
  ssize_t written = REAL(pwrite64)(fd, data, length, at);
  if (written > 0) record('W', path, inode_of(fd), (uint64_t)at, data, (size_t)written);
  UNLOCK;
  return written;
}

ssize_t write(int fd, const void *data, size_t length) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return REAL(write)(fd, data, length);
  LOCK;
  ssize_t written = REAL(write)(fd, data, length);
  if (written > 0) record('W', path, inode_of(fd), (uint64_t)(lseek64(fd, 0, SEEK_CUR) - written), data, (size_t)written);
  UNLOCK;
  return written;
}

int ftruncate64(int fd, off64_t length) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return REAL(ftruncate64)(fd, length);
  LOCK;
  int result = REAL(ftruncate64)(fd, length);
  if (result == 0) record('T', path, inode_of(fd), (uint64_t)length, "", 0);
  UNLOCK;
  return result;
}

/* What was written before a sync began is on disk when it has ended: two events, for others write meanwhile. */
static int synced(int (*real)(int), int fd) {
  static uint64_t count;
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return real(fd);
  LOCK;
  uint64_t number = ++count;
  record('S', path, inode_of(fd), number, "", 0);
  UNLOCK;
  int result = real(fd);
  LOCK;
  if (result == 0) record('E', path, inode_of(fd), number, "", 0);
  UNLOCK;
  return result;
}

int fsync(int fd) { return synced(REAL(fsync), fd); }
int fdatasync(int fd) { return synced(REAL(fdatasync), fd); }

static int removed(int (*real)(const char *), const char *path) {
  if (!followed(path)) return real(path);
  LOCK;
  int result = real(path);
  if (result == 0) record('U', path, 0, 0, "", 0);
  UNLOCK;
  return result;
}

int unlink(const char *path) { return removed(REAL(unlink), path); }
int rmdir(const char *path) { return removed(REAL(rmdir), path); }

int unlinkat(int at, const char *path, int flags) {
  if (!followed(path)) return REAL(unlinkat)(at, path, flags);
  LOCK;
  int result = REAL(unlinkat)(at, path, flags);
  if (result == 0) record('U', path, 0, 0, "", 0);
  UNLOCK;
  return result;
}

/* `data` is the new name. A file that comes from outside the folder, or leaves it: this can't follow it. */
static int named(char kind, int (*real)(const char *, const char *), const char *from, const char *to) {
  if (!followed(from) && !followed(to)) return real(from, to);
  if (!followed(from) || !followed(to)) abort();
  LOCK;
  int result = real(from, to);
  if (result == 0) record(kind, from, 0, 0, to, strlen(to));
  UNLOCK;
  return result;
}

int rename(const char *from, const char *to) { return named('R', REAL(rename), from, to); }
int link(const char *from, const char *to) { return named('L', REAL(link), from, to); }

int mkdir(const char *path, mode_t mode) {
  if (!followed(path)) return REAL(mkdir)(path, mode);
  LOCK;
  int result = REAL(mkdir)(path, mode);
  if (result == 0) record('M', path, 0, 0, "", 0);
  UNLOCK;
  return result;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char path[4096];
  if (path_of(fd, path, sizeof path)) abort();
  return REAL(writev)(fd, parts, count);
}
