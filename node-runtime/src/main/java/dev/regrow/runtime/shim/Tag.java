package dev.regrow.runtime.shim;

/** Records of the shim's configuration; config.c has the other half. Numbers are never reused. */
enum Tag {
  INSTANCE(1),
  ATTEMPT(2),
  STATE_DIRECTORY(3),
  LOG_DIRECTORY(4),
  LOG_LIMITS(5),
  CGROUP1_TASKS(6),
  CGROUP2_DIRECTORY(7),
  ID_RANGE(8),
  USER(9),
  HOST_NAME(10),
  NETWORK(11),
  ROOT_STEP(12),
  ARGUMENT(13),
  ENVIRONMENT(14),
  WORKING_DIRECTORY(15),
  RLIMIT(16),
  SECCOMP(17),
  UMASK(18),
  LEASE(19),
  OOM_SCORE_ADJ(20),
  SYSCTL(21),
  JOIN(22),
  NETWORK_NAMESPACE(23),
  STREAMS(24),
  FILES(25),
  CAPABILITIES(26);

  private final int number;

  Tag(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
