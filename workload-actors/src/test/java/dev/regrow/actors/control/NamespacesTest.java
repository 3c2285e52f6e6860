package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.testing.Watcher;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigKind;
import dev.regrow.v1.FieldError;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.NamespaceKind;
import dev.regrow.v1.Network;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.Relaxation;
import dev.regrow.v1.Volume;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What namespaces allow, and what holds them. */
class NamespacesTest extends ControlPlaneOfOne {

  @AfterEach
  void defaultAsItWas() throws Exception {
    put("default", Relaxation.HOST_FILESYSTEM, Relaxation.HOST_NETWORK, Relaxation.ROOT);
  }

  @Test
  void a_declared_namespace_allows_only_what_it_says() throws Exception {
    put(namespace, Relaxation.HOST_FILESYSTEM);
    get(plane.apply(web("v1").build(), Precondition.NONE));

    var errors = refused(() -> get(plane.apply(onHostNetwork("v2"), Precondition.NONE)));

    assertThat(errors).extracting(FieldError::getField).containsExactly("instance.network");
    assertThat(errors.get(0).getMessage())
        .contains("namespace " + namespace + " does not allow the network of the host")
        .contains("write bridge or none")
        .contains("add hostNetwork to the allow of namespace " + namespace);
    refused(() -> get(plane.plan(onHostNetwork("v2"))));
    assertThat(get(plane.workload(ref(), ReadPoint.LOCAL)).getRevision()).isEqualTo(1);
  }

  @Test
  void one_that_is_not_declared_follows_default_as_that_is_now() throws Exception {
    get(plane.apply(onHostNetwork("v1"), Precondition.NONE));
    var host = web("v1");
    host.getInstanceBuilder().addVolumes(Volume.newBuilder().setHost("/srv").setAt("/srv"));
    assertThat(refused(() -> get(plane.apply(host.build(), Precondition.NONE))))
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.getField()).isEqualTo("instance.volumes[0].host");
              assertThat(error.getMessage()).contains("by the rules of namespace default");
            });

    put("default", Relaxation.HOST_FILESYSTEM);

    refused(() -> get(plane.apply(onHostNetwork("v2"), Precondition.NONE)));
  }

  @Test
  void what_runs_goes_on_when_less_is_allowed_and_a_rollback_to_it_is_refused() throws Exception {
    get(plane.apply(onHostNetwork("v1"), Precondition.NONE));
    awaitReady(1);
    get(plane.apply(web("v2").build(), Precondition.NONE));
    awaitThat(event -> isReady(event, 2));

    var narrower = namespace(namespace, Relaxation.HOST_NETWORK);
    assertThat(get(plane.namespaces().plan(narrower)).getWarningsList())
        .singleElement()
        .asString()
        .contains("workload web has the host's programs", "without hostFilesystem", "it goes on");
    put(namespace, Relaxation.HOST_FILESYSTEM);

    assertThat(refused(() -> get(plane.rollback(ref(), 1, Precondition.NONE))))
        .extracting(FieldError::getField)
        .containsExactly("instance.network");
    refused(() -> get(plane.rollback(ref(), 0, Precondition.NONE)));
    assertThat(get(plane.scale(ref(), 2, Precondition.NONE)).getReplicas()).isEqualTo(2);
    put(namespace, Relaxation.HOST_FILESYSTEM, Relaxation.HOST_NETWORK);
    assertThat(get(plane.rollback(ref(), 0, Precondition.NONE)).getRevision()).isEqualTo(3);
  }

  @Test
  void default_is_there_before_it_is_declared() throws Exception {
    get(plane.namespaces().put(namespace("a-" + namespace), Precondition.NONE));

    var all = get(plane.namespaces().list(ListQuery.all(), ReadPoint.LOCAL)).items();

    assertThat(all).extracting(Namespace::getName).contains("a-" + namespace, "default").isSorted();
    assertThat(get(plane.namespaces().one(NamespaceFormat.named("default"), ReadPoint.LOCAL)))
        .extracting(Namespace::getAllowList)
        .isEqualTo(List.of(Relaxation.HOST_FILESYSTEM, Relaxation.HOST_NETWORK, Relaxation.ROOT));
    refused(
        Refusal.Kind.NOT_FOUND,
        () -> get(plane.namespaces().one(NamespaceFormat.named("nobody"), ReadPoint.LOCAL)));
  }

  @Test
  void equal_content_changes_nothing_and_a_plan_says_what_would() throws Exception {
    var first = put(namespace, Relaxation.ROOT);

    assertThat(put(namespace, Relaxation.ROOT)).isEqualTo(first);
    var plan = get(plane.namespaces().plan(namespace(namespace, Relaxation.HOST_PATH)));
    assertThat(plan.getAction()).isEqualTo(PlanAction.UPDATE);
    assertThat(plan.getKind()).isEqualTo("namespace");
    assertThat(plan.getChangesList()).isNotEmpty();
  }

  @Test
  void one_that_holds_something_stays_and_default_always() throws Exception {
    put(namespace);
    var config =
        Config.newBuilder().setKind(ConfigKind.CONFIG).setNamespace(namespace).setName("web");
    get(plane.configs().put(config.build(), Precondition.NONE));

    refused(Refusal.Kind.CONFLICT, this::delete);
    assertThatThrownBy(this::delete).hasMessageContaining("holds config web");
    get(plane.configs().delete(ref(), Precondition.NONE));

    assertThat(delete().getName()).isEqualTo(namespace);
    refused(Refusal.Kind.NOT_FOUND, this::delete);
    refused(
        Refusal.Kind.CONFLICT,
        () -> get(plane.namespaces().delete(NamespaceFormat.named("default"), Precondition.NONE)));
  }

  @Test
  void changes_are_told_to_those_who_watch() throws Exception {
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.NAMESPACES, ListQuery.all(), 0, watcher);
    watcher.until(event -> event.getType() == WatchType.SYNCED, PATIENCE);

    put(namespace, Relaxation.ROOT);
    delete();

    var seen =
        watcher.until(
            event ->
                event.getType() == WatchType.DELETE
                    && event.getNamespace().getName().equals(namespace),
            PATIENCE);
    watch.close();
    assertThat(seen)
        .anyMatch(
            event ->
                event.getType() == WatchType.PUT
                    && event.getNamespace().getName().equals(namespace)
                    && event.getNamespace().getAllowList().equals(List.of(Relaxation.ROOT)));
  }

  private Namespace delete() throws Exception {
    return get(plane.namespaces().delete(NamespaceFormat.named(namespace), Precondition.NONE));
  }

  private Workload onHostNetwork(String command) {
    var workload = web(command);
    workload.getInstanceBuilder().setNetwork(Network.HOST);
    return workload.build();
  }

  private static Namespace put(String name, Relaxation... allowed) throws Exception {
    return get(plane.namespaces().put(namespace(name, allowed), Precondition.NONE)).object();
  }

  private static Namespace namespace(String name, Relaxation... allowed) {
    return Namespace.newBuilder()
        .setKind(NamespaceKind.NAMESPACE)
        .setName(name)
        .addAllAllow(List.of(allowed))
        .build();
  }

  /** The errors of a change that was found to be invalid. */
  private static List<FieldError> refused(ThrowingCallable change) {
    var failure = catchThrowable(change);
    while (failure != null) {
      if (failure instanceof Refusal refusal) {
        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID);
        return refusal.errors();
      }
      failure = failure.getCause();
    }
    throw new AssertionError("it was not refused");
  }
}
