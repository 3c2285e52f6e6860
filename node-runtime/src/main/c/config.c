#include "config.h"

#include "kernel.h"

#include <sys/mman.h>

enum tag {
  INSTANCE = 1, ATTEMPT, STATE_DIR, LOG_DIR, LOG_LIMITS, CGROUP1_TASKS, CGROUP2_DIR, ID_RANGE, USER, HOST_NAME,
  NETWORK, ROOT_STEP, ARGUMENT, ENVIRONMENT, WORKDIR, RLIMIT, SECCOMP, UMASK, LEASE, OOM_SCORE_ADJ, SYSCTL, JOIN, NETWORK_NAMESPACE, STREAMS, FILES, CAPABILITIES
};

enum { VERSION = 1, CRITICAL = 1, LARGEST = 1 << 24 };

struct header {
  char magic[4];
  uint16_t version, reserved;
};

struct record {
  uint16_t tag, flags;
  uint32_t length;
};

/* Needed until exec only, and then given back: a megabyte here costs an instance nothing. */
static struct until_exec {
  struct config config;
  char *argv[MAX_ARGS + 1], *envp[MAX_ARGS + 1];
  size_t used;
  char pool[1 << 20];
} *until_exec;
static const char *mapping;
static size_t mapping_size;

static uint32_t u32(const char *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static uint16_t u16(const char *at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static uint64_t u64(const char *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

/* Values are followed by the next record or by the zeroed end of the mapping, so each string needs its own NUL: the
   byte after it is the low byte of the next tag. It was read already when the next record is parsed, thus: copy. */
static char *string(const char *value, uint32_t length) {
  if (length >= sizeof until_exec->pool - until_exec->used || memchr(value, 0, length) != NULL) return NULL;
  char *copy = until_exec->pool + until_exec->used;
  memcpy(copy, value, length);
  until_exec->used += length + 1;
  return copy;
}

static int root_step(struct config *config, const char *value, uint32_t length) {
  if (config->steps_count == MAX_STEPS || length < 34 || value[length - 1] != 0) return 0;
  struct step *step = &config->steps[config->steps_count++];
  step->op = u32(value);
  step->flags = u32(value + 4);
  step->mode = u32(value + 8);
  step->uid = u32(value + 12);
  step->gid = u32(value + 16);
  step->size = u64(value + 24);
  step->a = value + 32;
  size_t first = strlen(step->a) + 1;
  if (32 + first >= length) return 0;
  step->b = step->a + first;
  return 32 + first + strlen(step->b) + 1 == length;
}

static int append(const char **list, size_t *count, size_t max, const char *value) {
  if (value == NULL || *count == max) return 0;
  list[(*count)++] = value;
  return 1;
}

static int text(const char **field, const char *value, uint32_t length) {
  *field = string(value, length);
  return *field != NULL;
}

static int rlimit(struct config *config, const char *value, uint32_t length) {
  if (length != 24 || config->limits_count == MAX_RLIMITS) return 0;
  config->limits[config->limits_count++] = (struct limit){u32(value), u64(value + 8), u64(value + 16)};
  return 1;
}

static int filter(struct config *config, const char *value, uint32_t length) {
  if (length == 0 || length % sizeof(struct sock_filter) != 0) return 0;
  config->filter = (struct sock_filter *)value;
  config->filter_length = length / sizeof(struct sock_filter);
  return config->filter_length <= BPF_MAXINSNS;
}

/* 1: taken, 0: malformed, -1: not known to this version. */
static int take(struct config *c, uint16_t tag, const char *v, uint32_t n) {
  switch (tag) {
    case INSTANCE: return text(&c->instance, v, n);
    case ATTEMPT: return n == 4 && ((c->attempt = u32(v)), 1);
    case STATE_DIR: return text(&c->state_dir, v, n);
    case LOG_DIR: return text(&c->log_dir, v, n);
    case LOG_LIMITS: return n == 12 && ((c->log_bytes = u64(v)), (c->log_files = u32(v + 8)), 1);
    case CGROUP1_TASKS: return append(c->tasks, &c->tasks_count, MAX_TASKS_FILES, string(v, n));
    case CGROUP2_DIR: return text(&c->cgroup2, v, n);
    case ID_RANGE: return n == 8 && ((c->id_base = u32(v)), (c->id_count = u32(v + 4)), 1);
    case USER: return n == 8 && ((c->uid = u32(v)), (c->gid = u32(v + 4)), 1);
    case HOST_NAME: return text(&c->host_name, v, n);
    case NETWORK: return n == 1 && ((c->network = (uint8_t)v[0]), c->network == NETWORK_HOST || c->network == NETWORK_GIVEN);
    case ROOT_STEP: return root_step(c, v, n);
    case ARGUMENT: return append((const char **)until_exec->argv, &c->argc, MAX_ARGS, string(v, n));
    case ENVIRONMENT: return append((const char **)until_exec->envp, &c->envc, MAX_ARGS, string(v, n));
    case WORKDIR: return text(&c->workdir, v, n);
    case RLIMIT: return rlimit(c, v, n);
    case SECCOMP: return filter(c, v, n);
    case UMASK: return n == 4 && ((c->umask = u32(v)), 1);
    case LEASE: return n == 8 && ((c->lease = u64(v)), 1);
    case OOM_SCORE_ADJ: return n == 4 && ((c->oom_score_adj = (int32_t)u32(v)), 1);
    case SYSCTL: return append(c->sysctls, &c->sysctls_count, MAX_SYSCTLS, string(v, n));
    case JOIN: return n == 12 && ((c->join_pid = (int32_t)u32(v)), (c->join_start = u64(v + 4)), c->join_pid > 0);
    case NETWORK_NAMESPACE: return text(&c->network_namespace, v, n);
    case STREAMS: return n == 6 && ((c->streams = (uint8_t)v[0]), (c->rows = u16(v + 2)), (c->columns = u16(v + 4)), c->streams <= STREAMS_TERMINAL);
    case FILES: return n == 12 && ((c->files = (uint8_t)v[0]), (c->files_most = u64(v + 4)), c->files <= FILES_TAKE);
    case CAPABILITIES: return n == 8 && ((c->capabilities = u64(v)), 1);
    default: return -1;
  }
}

/* What must be there for an isolated start: a missing record must never mean a weaker one. */
static const char *complete(const struct config *c) {
  if (c->join_pid != 0) {
    if (c->argc == 0 || !c->workdir) return "no command";
    if (c->filter_length == 0) return "no seccomp filter";
    if (c->files != FILES_NONE && (c->streams != STREAMS_PIPES || c->argc != c->files)) return "no paths";
    if (c->streams != STREAMS_NONE && c->id_base == 0) return "no id range";
    return NULL;
  }
  if (!c->instance || !c->state_dir || !c->log_dir || !c->host_name || !c->workdir) return "a name or directory is missing";
  if (c->argc == 0) return "no command";
  if ((c->network == NETWORK_GIVEN) != (c->network_namespace != NULL)) return "no network namespace, or one too many";
  if (c->steps_count == 0) return "no root";
  if (c->filter_length == 0) return "no seccomp filter";
  if (c->id_base == 0 || c->uid >= c->id_count || c->gid >= c->id_count) return "no id range, or the user is outside of it";
  if (c->log_bytes < 4096 || c->log_files == 0) return "no room for logs";
  return NULL;
}

static int read_all(int fd, char *into, size_t length) {
  for (long count; length > 0; into += count, length -= (size_t)count) {
    count = sys_read(fd, into, length);
    if (count <= 0) return 0;
  }
  return 1;
}

const char *config_read(int fd, const struct config **result) {
  uint32_t size;
  *result = NULL;
  if (!read_all(fd, (char *)&size, sizeof size)) return "none came";
  if (size < sizeof(struct header) || size > LARGEST) return "of impossible length";
  char *bytes = sys_mmap(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  const char *at = bytes, *end = at + size;
  until_exec = sys_mmap(sizeof *until_exec, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (failed_to_map(at) || failed_to_map(until_exec)) return "cannot be mapped";
  struct config *config = &until_exec->config;
  *result = config;
  mapping = at;
  mapping_size = size;
  if (!read_all(fd, bytes, size)) return "cut off"; /* The agent died: a part would be less isolation than asked for. */
  struct header header;
  memcpy(&header, at, sizeof header);
  if (memcmp(header.magic, "RGSH", 4) != 0 || header.version != VERSION) return "not a configuration of this version";
  config->argv = until_exec->argv;
  config->envp = until_exec->envp;
  config->umask = 022;
  for (at += sizeof header; at != end;) {
    struct record record;
    if ((size_t)(end - at) < sizeof record) return "cut off";
    memcpy(&record, at, sizeof record);
    at += sizeof record;
    if ((size_t)(end - at) < record.length) return "cut off";
    int taken = take(config, record.tag, at, record.length);
    if (taken == 0) return "a malformed record";
    if (taken < 0 && record.flags & CRITICAL) return "asks for what this shim does not know";
    at += record.length;
  }
  return complete(config);
}

void config_forget(void) {
  sys_munmap(until_exec, sizeof *until_exec);
  sys_munmap(mapping, mapping_size);
}
