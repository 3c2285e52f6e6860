package dev.regrow.actors.workload;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.codec.RecordsCodec;
import dev.regrow.core.codec.WorkloadView;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.lifecycle.Effect;
import dev.regrow.core.lifecycle.Input;
import dev.regrow.core.lifecycle.WorkloadState;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.Records;
import dev.regrow.core.model.Revision;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Does what the machine decided: stores, sends, sets the alarm. */
final class EffectRunner {

  private final String namespace;
  private final String name;
  private final Surroundings around;
  private final ActorContext<WorkloadCommand> context;
  private final TimerScheduler<WorkloadCommand> timers;
  private boolean looking;

  private enum Alarm {
    KEY
  }

  EffectRunner(
      String namespace,
      String name,
      Surroundings around,
      ActorContext<WorkloadCommand> context,
      TimerScheduler<WorkloadCommand> timers) {
    this.namespace = namespace;
    this.name = name;
    this.around = around;
    this.context = context;
    this.timers = timers;
  }

  void run(Effect effect, WorkloadState state) {
    if (effect instanceof Effect.Commit commit) {
      commit(commit, state.records());
    } else if (effect instanceof Effect.SendRun run) {
      var workload = state.records().workload();
      if (workload != null) {
        around.link().order(run.target().node().uid(), Translation.run(workload, run));
      }
    } else if (effect instanceof Effect.SendStop stop) {
      var ref = Translation.ref(namespace, name, stop.target());
      around.link().order(stop.target().node().uid(), new NodeOrder.Stop(ref, stop.reason()));
    } else if (effect instanceof Effect.SendForget forget) {
      around.board().forget(forget.target().id());
      var ref = Translation.ref(namespace, name, forget.target());
      around.link().order(forget.target().node().uid(), new NodeOrder.Forget(ref));
    } else if (effect instanceof Effect.AskLease lease) {
      askLease(lease);
    } else if (effect instanceof Effect.ArmTimer timer) {
      long wait = timer.atBootMillis() - around.clock().get().bootMillis();
      timers.startSingleTimer(
          Alarm.KEY,
          new WorkloadCommand.Learned(new Input.Tick()),
          Duration.ofMillis(Math.max(1, wait)));
    } else if (effect instanceof Effect.ClearTimer) {
      timers.cancel(Alarm.KEY);
    } else if (effect instanceof Effect.Look look) {
      look(look.afterMillis());
    }
  }

  private void look(long afterMillis) {
    if (looking) {
      return;
    }
    looking = true;
    if (afterMillis == 0) {
      context.getSelf().tell(WorkloadCommand.Look.INSTANCE);
    } else {
      timers.startSingleTimer(WorkloadCommand.Look.INSTANCE, Duration.ofMillis(afterMillis));
    }
  }

  /** The look that was asked for has come. */
  void looked() {
    looking = false;
  }

  private void askLease(Effect.AskLease lease) {
    context.pipeToSelf(
        around.leases().age(lease.nodeUid()),
        (ageMillis, failure) ->
            new WorkloadCommand.Learned(
                failure == null
                    ? new Input.LeaseHeard(lease.ids(), ageMillis)
                    // Then it waits for as long as a lease can last.
                    : new Input.Tick()));
  }

  /**
   * Has the entity told what the store says.
   *
   * @param number comes back with it
   */
  void confirm(Effect.Confirm confirm, long number) {
    context.pipeToSelf(
        around.store().range(RangeQuery.key(Keys.workload(namespace, name)).linearizable()),
        (found, failure) -> {
          if (failure != null) {
            var message =
                "%s/%s could not be read: %s"
                    .formatted(namespace, name, Translation.said(Translation.cause(failure)));
            return new WorkloadCommand.Confirmed(
                number, new Answer.Refused(Answer.Why.UNAVAILABLE, message), true);
          }
          var entries = found.entries();
          long modIndex = entries.isEmpty() ? 0 : entries.get(0).modIndex();
          return new WorkloadCommand.Confirmed(
              number, confirm.answer(), modIndex == confirm.modIndex());
        });
  }

  private void commit(Effect.Commit commit, Records records) {
    debit(commit.changes(), records);
    context.pipeToSelf(
        around
            .store()
            .commit(RecordsCodec.txn(namespace, name, commit.modIndex(), commit.changes())),
        (result, failure) -> {
          var learned = Translation.committed(result, failure);
          if (learned instanceof Input.CommitFailed) {
            undebit(commit.changes());
          }
          return new WorkloadCommand.Learned(learned);
        });
  }

  private void undebit(List<Change> changes) {
    for (var change : changes) {
      if (change instanceof Change.PutAssignment put && put.assignment().epoch() == 0) {
        around.board().undebit(put.assignment().id());
      }
    }
  }

  /** Room that is about to be used is not offered again before the node itself counts it. */
  private void debit(List<Change> changes, Records records) {
    var revisions = new HashMap<Long, Revision>(records.revisions());
    for (var change : changes) {
      if (change instanceof Change.PutRevision put) {
        revisions.put(put.revision().number(), put.revision());
      } else if (change instanceof Change.PutAssignment put && put.assignment().epoch() == 0) {
        var assignment = put.assignment();
        var revision = revisions.get(assignment.revision());
        if (revision != null) {
          around.board().debit(assignment.node(), assignment.id(), revision.template().demand());
        }
      }
    }
  }

  /** The workload as the API shows it. */
  dev.regrow.v1.Workload shown(Records records) {
    return WorkloadView.of(
        records,
        new WorkloadView.Known(
            assignment -> {
              var heard = around.board().heard(assignment.id(), assignment.epoch());
              return heard == null ? null : heard.live();
            },
            around.board().lostNodes(),
            around.world()));
  }
}
