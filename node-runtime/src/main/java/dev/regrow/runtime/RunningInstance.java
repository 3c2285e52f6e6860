package dev.regrow.runtime;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** One attempt of an instance, from exec until its end is known. */
public interface RunningInstance {

  InstanceKey key();

  int attempt();

  String slot();

  /** As given in the {@link LaunchSpec}. */
  Map<String, String> labels();

  /** Of the workload's own process, on the host. */
  long pid();

  /** When exec succeeded. */
  Instant startedAt();

  /** CLOCK_BOOTTIME of exec, in nanoseconds. */
  long startedAtBoottimeNanos();

  /** What the machine could not give it, each a sentence. */
  List<String> warnings();

  /** Completes once all its processes are gone and the exit is known; never fails. */
  CompletionStage<Ended> ended();

  /**
   * Sends the stop signal, and KILL to all its processes when the grace is over; the shim does
   * both, so they happen even if this agent dies. Idempotent; a shorter grace wins.
   */
  void stop(Duration grace);

  /** It is not well and therefore stopped: that is why it ends. */
  void condemn(String why);

  /** Extends the lease: the shim kills the instance at this CLOCK_BOOTTIME, in nanoseconds. */
  void renewLease(long deadlineBoottimeNanos);

  /**
   * Asks whether it is well. The stage never fails: what cannot be asked is not well.
   *
   * @param timeout after which there is no answer
   */
  CompletionStage<Probe.Outcome> probe(Probe probe, Duration timeout);

  /**
   * Runs one more command in it, as its user and with its limits. It ends with the instance, with
   * the session and with this agent, and everything that it has started ends with it.
   *
   * @return completes once exec has succeeded; fails with a {@link RuntimeFailure}
   */
  CompletionStage<Exec.Session> exec(Exec.Command command, Exec.Listener listener);

  /**
   * A TCP connection to one of its ports from inside its network, as if from one of its own
   * processes: on its loopback, else on its address.
   *
   * @param port 1..65535
   * @return open and blocking; fails with a {@link RuntimeFailure} that says why there is none
   */
  CompletionStage<SocketChannel> connect(int port);

  /** Its own, behind the node's bridge; empty if it has none. */
  String address();

  /**
   * From now on these ports of the node lead to it, until it ends, and no others do; without effect
   * if it has no address. Idempotent.
   *
   * @return what keeps some of them from it, each a sentence; they are tried again by themselves
   */
  CompletionStage<List<String>> serve(List<ServedPort> ports);

  /** What it uses now, and what it waits for. May block for a moment. */
  Load.OfInstance load();
}
