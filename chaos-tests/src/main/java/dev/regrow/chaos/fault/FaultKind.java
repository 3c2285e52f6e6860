package dev.regrow.chaos.fault;

import static dev.regrow.chaos.fault.Setting.bytes;
import static dev.regrow.chaos.fault.Setting.count;
import static dev.regrow.chaos.fault.Setting.millis;
import static dev.regrow.chaos.fault.Setting.percent;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Everything that can go wrong. A kind's text is its name in lower case, with hyphens. */
public enum FaultKind {
  MACHINE_DEATH(Aim.MACHINES, Harm.OUTAGE, "dies in silence with all that runs on it, comes back"),
  JVM_KILL(Aim.MACHINES, Harm.OUTAGE, "the agent is killed; its instances live; it comes back"),
  JVM_STOP(Aim.MACHINES, Harm.OUTAGE, "the agent hangs (STOP), and goes on (CONT)"),
  JVM_TERM(Aim.MACHINES, Harm.OUTAGE, "the agent is told to end, and comes back"),
  INSTANCE_KILL(Aim.INSTANCES, Harm.LIGHT, "its process is killed", false),
  INSTANCE_OOM(Aim.INSTANCES, Harm.LIGHT, "its memory is filled until the kernel kills it", false),
  INSTANCE_PAUSE(Aim.INSTANCES, Harm.LIGHT, "no process of it goes on"),
  INSTANCE_CUT(Aim.INSTANCES, Harm.LIGHT, "nothing reaches it over the network"),
  INSTANCE_CPU(
      Aim.INSTANCES,
      Harm.LIGHT,
      "others take processor time within its limits",
      count("cores", 1, 64, 1)),
  INSTANCE_MEMORY(
      Aim.INSTANCES,
      Harm.LIGHT,
      "others take memory within its limits; 0: four fifths of it",
      bytes("memory", 0, 1L << 40, 0)),
  FORK_BOMB(Aim.INSTANCES, Harm.LIGHT, "something in it forks as often as it can"),
  CPU_PRESSURE(
      Aim.MACHINES, Harm.LIGHT, "so many threads compute nothing", count("threads", 1, 64, 2)),
  MEMORY_PRESSURE(
      Aim.MACHINES,
      Harm.LIGHT,
      "so much memory is held and touched again and again",
      bytes("memory", 1 << 20, 1L << 40, 256 << 20)),
  PARTITION(Aim.MACHINES, Harm.OUTAGE, "they are on their own, together"),
  PARTITION_ONE_WAY(Aim.LINKS, Harm.OUTAGE, "what they send is lost; they hear the others"),
  PARTITION_BRIDGE(Aim.MACHINES, Harm.OUTAGE, "all others are two halves that hear only this one"),
  PARTITION_RING(Aim.CLUSTER, Harm.OUTAGE, "each hears a majority, and no two the same"),
  LINK_DELAY(Aim.LINKS, Harm.LIGHT, "packets arrive later", millis("delay", 0, 60_000, 100)),
  LINK_JITTER(
      Aim.LINKS,
      Harm.LIGHT,
      "packets arrive later, each by another time up to this, in order",
      millis("delay", 0, 60_000, 100)),
  LINK_LOSS(Aim.LINKS, Harm.LIGHT, "packets are lost", percent("share", 5)),
  LINK_DUPLICATE(Aim.LINKS, Harm.LIGHT, "packets arrive twice", percent("share", 10)),
  LINK_REORDER(
      Aim.LINKS,
      Harm.LIGHT,
      "packets are held back until later ones have passed",
      percent("share", 10),
      millis("delay", 1, 10_000, 50)),
  LINK_RATE(
      Aim.LINKS,
      Harm.LIGHT,
      "no more bytes than this pass in a second",
      bytes("rate", 1 << 10, 1L << 32, 256 << 10)),
  CLOCK_JUMP(
      Aim.MACHINES,
      Harm.LIGHT,
      "its wall clock is wrong by this",
      millis("by", -604_800_000, 604_800_000, 30_000)),
  CLOCK_DRIFT(
      Aim.MACHINES,
      Harm.LIGHT,
      "its wall clock gains so many milliseconds a second",
      millis("gains", -900, 10_000, 50)),
  DISK_FULL(Aim.MACHINES, Harm.OUTAGE, "its data disk has no room"),
  DISK_SLOW(
      Aim.MACHINES,
      Harm.LIGHT,
      "each wait for its data disk takes longer by this",
      millis("delay", 1, 60_000, 500)),
  DISK_FAILING(
      Aim.MACHINES,
      Harm.OUTAGE,
      "so many writes to its data disk, and waits for it, fail (EIO)",
      percent("share", 100)),
  DISK_READ_ONLY(Aim.MACHINES, Harm.OUTAGE, "nothing can be written to its data disk (EROFS)"),
  UNSYNCED_LOST(
      Aim.MACHINES, Harm.OUTAGE, "dies, and what it had written and not yet synced is gone"),
  LOG_TRUNCATED(Aim.MACHINES, Harm.DATA, "dies, and its store's log ends too early"),
  LOG_BIT_FLIPPED(Aim.MACHINES, Harm.DATA, "dies, and one bit of its store's log is flipped"),
  SERVER_WIPED(Aim.MACHINES, Harm.DATA, "dies, and comes back without its store"),
  CORDON(Aim.MACHINES, Harm.LIGHT, "takes no new instances"),
  DRAIN(Aim.MACHINES, Harm.LIGHT, "its instances move elsewhere"),
  DEMOTION(Aim.MACHINES, Harm.OUTAGE, "a server no longer keeps the store, then does again"),
  PROMOTION(Aim.MACHINES, Harm.LIGHT, "a worker keeps the store, too, then no longer"),
  MIXED_VERSIONS(Aim.MACHINES, Harm.OUTAGE, "its agent is replaced by the next release's"),
  API_FLOOD(Aim.MACHINES, Harm.LIGHT, "clients ask without a pause", count("clients", 1, 1024, 16)),
  SLOW_CLIENTS(
      Aim.MACHINES, Harm.LIGHT, "clients read their answers slowly", count("clients", 1, 1024, 16)),
  DEAD_CLIENTS(
      Aim.MACHINES,
      Harm.LIGHT,
      "clients ask half a question and are never heard of again",
      count("clients", 1, 1024, 64));

  private final Aim aim;
  private final Harm harm;
  private final String says;
  private final boolean lasting;

  @SuppressWarnings("ImmutableEnumChecker") // A copy that nobody can change.
  private final List<Setting> settings;

  FaultKind(Aim aim, Harm harm, String says, Setting... settings) {
    this(aim, harm, says, true, settings);
  }

  FaultKind(Aim aim, Harm harm, String says, boolean lasting, Setting... settings) {
    this.aim = aim;
    this.harm = harm;
    this.says = says;
    this.lasting = lasting;
    this.settings = List.of(settings);
  }

  /** As it is written: {@code machine-death}. Never changes. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<FaultKind> called(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
  }

  public Aim aim() {
    return aim;
  }

  public Harm harm() {
    return harm;
  }

  /** What happens to whom it is aimed at, in a few words. */
  public String says() {
    return says;
  }

  /** Whether it has an end; else it is over at once, and {@code for} says nothing. */
  public boolean lasting() {
    return lasting;
  }

  public List<Setting> settings() {
    return settings;
  }

  @Override
  public String toString() {
    return text();
  }
}
