package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.workload.RecordsReader;
import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.codec.RecordsCodec;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.lifecycle.Ask;
import dev.regrow.core.lifecycle.Decision;
import dev.regrow.core.lifecycle.Effect;
import dev.regrow.core.lifecycle.Input;
import dev.regrow.core.lifecycle.WorkloadMachine;
import dev.regrow.core.lifecycle.WorkloadState;
import dev.regrow.core.lifecycle.World;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.Now;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Store;
import dev.regrow.schema.Diff;
import dev.regrow.schema.Schema;
import dev.regrow.v1.FieldChange;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.PlannedPlacement;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What an apply would do: the very decision, without the commit. */
final class Planning {

  private final RecordsReader reader;
  private final Board board;
  private final Supplier<Now> clock;

  private final References references;
  private final ImagePins pins;

  Planning(Store store, Board board, Supplier<Now> clock, References references, ImagePins pins) {
    reader = new RecordsReader(store);
    this.references = references;
    this.pins = pins;
    this.board = board;
    this.clock = clock;
  }

  CompletionStage<Plan> plan(Workload declared, boolean newestImage, Caller caller) {
    return pins.forPlan(declared, newestImage, caller)
        .thenCompose(
            pin ->
                references
                    .looked(declared)
                    .thenCombine(
                        reader.read(declared.getNamespace(), declared.getName()),
                        (resolved, records) -> plan(declared, records, resolved, pin)));
  }

  private Plan plan(
      Workload declared, Records records, References.Resolved resolved, ImagePins.Pin pin) {
    var namespace = declared.getNamespace();
    var state = WorkloadState.of(namespace, declared.getName(), records);
    for (var assignment : records.assignments().values()) {
      var heard = board.heard(assignment.id(), assignment.epoch());
      if (heard != null) {
        state = WorkloadMachine.knowing(state, assignment.id(), heard.live());
      }
    }
    var ask =
        new Ask.Apply(DeclaredCodec.declared(declared, resolved.hashes(), pin.digest()), "planned");
    var decision =
        WorkloadMachine.step(
            state,
            new Input.Asked(0, ask, Ask.Expect.NOTHING),
            new World(clock.get(), board.fleet()));
    var plan = plan(declared, records, decision).toBuilder();
    resolved
        .missing()
        .forEach(each -> plan.addWarnings(each.getField() + ": " + each.getMessage()));
    if (!pin.warning().isEmpty()) {
      plan.addWarnings(pin.warning());
    }
    return plan.build();
  }

  private static Plan plan(Workload declared, Records records, Decision decision) {
    var before =
        records.workload() == null ? Workload.getDefaultInstance() : RecordsCodec.shown(records);
    var after = Schema.withDefaults(declared);
    if (!after.hasReplicas()) {
      after =
          after.toBuilder().setReplicas(before.hasReplicas() ? before.getReplicas() : 1).build();
    }
    var plan =
        Plan.newBuilder()
            .setNamespace(declared.getNamespace())
            .setName(declared.getName())
            .setAction(PlanAction.UNCHANGED)
            .setRevisionBefore(before.getRevision())
            .setRevisionAfter(before.getRevision());
    for (var effect : decision.effects()) {
      if (effect instanceof Effect.Confirm confirm) {
        if (confirm.answer() instanceof Answer.Refused refused) {
          throw Refusals.of(new WorkloadReply.Declined(refused.why().name(), refused.message()));
        }
        return plan.build();
      }
    }
    plan.setAction(before.getRevision() == 0 ? PlanAction.CREATE : PlanAction.UPDATE)
        .addAllChanges(Diff.between(before, after));
    for (var effect : decision.effects()) {
      if (effect instanceof Effect.Commit commit) {
        add(plan, commit.changes(), declared.getName(), contentsOf(records));
        image(plan, commit.changes(), records);
      }
    }
    return plan.setRolls(before.getRevision() > 0 && plan.getRevisionAfter() > before.getRevision())
        .build();
  }

  private static void image(Plan.Builder plan, List<Change> changes, Records records) {
    var current = records.current();
    var before = current == null ? "" : current.template().image().digest();
    for (var change : changes) {
      if (change instanceof Change.PutRevision put) {
        var after = put.revision().template().image().digest();
        if (!after.equals(before)) {
          plan.addChanges(
              FieldChange.newBuilder()
                  .setField("digest of instance.image")
                  .setBefore(before)
                  .setAfter(after));
        }
      }
    }
  }

  private static SortedMap<ContentRef, String> contentsOf(Records records) {
    var current = records.current();
    return current == null ? new TreeMap<>() : current.template().contents();
  }

  private static void add(
      Plan.Builder plan,
      List<Change> changes,
      String name,
      SortedMap<ContentRef, String> contents) {
    for (var change : changes) {
      if (change instanceof Change.PutRevision put) {
        plan.setRevisionAfter(put.revision().number());
        put.revision()
            .template()
            .contents()
            .forEach((ref, hash) -> content(plan, ref, contents.getOrDefault(ref, ""), hash));
      } else if (change instanceof Change.PutAssignment put && !put.assignment().stopping()) {
        var assignment = put.assignment();
        plan.addPlacements(
            PlannedPlacement.newBuilder()
                .setSlot(name + "-" + assignment.slot())
                .setNode(assignment.node().name())
                .setReason(assignment.cause()));
      } else if (change instanceof Change.PutEvent put && put.occurrence().warning()) {
        plan.addWarnings(put.occurrence().message());
      }
    }
  }

  /** Enough of a hash to tell two apart. */
  private static void content(Plan.Builder plan, ContentRef ref, String before, String after) {
    if (!before.equals(after)) {
      plan.addChanges(
          FieldChange.newBuilder()
              .setField("content of " + ref)
              .setBefore(before.substring(0, Math.min(12, before.length())))
              .setAfter(after.substring(0, Math.min(12, after.length()))));
    }
  }
}
