package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.RealPace;
import dev.regrow.chaos.game.Scenario.TimedChange;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What people do meanwhile: applies, restarts and scales, each at its time. */
final class Changes implements AutoCloseable {

  private static final int ENDS_WITHIN_SECONDS = 60;

  private final RegrowClient client;
  private final String namespace;
  private final Source source;
  private final List<String> failed = new CopyOnWriteArrayList<>();
  private final AtomicInteger made = new AtomicInteger();
  private final ExecutorService hand =
      Executors.newSingleThreadExecutor(
          work -> {
            var thread = new Thread(work, "changes");
            thread.setDaemon(true);
            return thread;
          });

  Changes(RegrowClient client, String namespace, Source source) {
    this.client = client;
    this.namespace = namespace;
    this.source = source;
  }

  /** Those that live somewhere. */
  List<Instance> instances() {
    return Paging.instances(client, Scope.of(namespace)).getItemsList().stream()
        .filter(each -> !each.getNode().isEmpty())
        .filter(each -> each.getPhase() != InstancePhase.INSTANCE_LOST)
        .toList();
  }

  /** Applies manifests, now. */
  void apply(List<String> files) {
    Manifests.read(source, files, namespace).forEach(each -> client.send(each.apply()));
  }

  /** Makes each at its time by that pace. */
  void begin(List<TimedChange> changes, RealPace pace, Consumer<String> teller) {
    var inOrder = changes.stream().sorted(Comparator.comparing(TimedChange::at)).toList();
    hand.execute(
        () -> {
          for (var change : inOrder) {
            if (!pace.until(change.at())) {
              return;
            }
            make(change.change(), teller);
          }
        });
  }

  private void make(Scenario.Change change, Consumer<String> teller) {
    try {
      if (change instanceof Scenario.Apply apply) {
        apply(List.of(apply.file()));
      } else if (change instanceof Scenario.Scale scale) {
        client.send(Calls.scale(namespace, scale.workload(), scale.replicas()));
      } else {
        client.send(Calls.restart(namespace, ((Scenario.Restart) change).workload()));
      }
      made.incrementAndGet();
      teller.accept(change.toString());
    } catch (ApiException | dev.regrow.cli.Failure refused) {
      failed.add(change + ": " + refused.getMessage());
      teller.accept("not done: " + change + ": " + refused.getMessage());
    }
  }

  int made() {
    return made.get();
  }

  /** Those that were not made, each as a sentence. */
  List<String> failed() {
    return List.copyOf(failed);
  }

  @Override
  public void close() {
    hand.shutdown();
    try {
      if (!hand.awaitTermination(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        hand.shutdownNow();
      }
    } catch (InterruptedException e) {
      hand.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
