package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.store.testing.OneKeyVault;
import dev.regrow.runtime.image.source.Credentials;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.PullPolicy;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Secret;
import dev.regrow.v1.SecretKind;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which bytes of an image a revision is made of. */
class ImagePinsTest extends ControlPlaneOfOne {

  private static final String IMAGE = "oci:reg.example/web:1.4";

  @Test
  void a_tag_is_looked_up_when_a_revision_is_made_and_every_node_is_ordered_those_bytes()
      throws Exception {
    var digest = tags.push(IMAGE, "aa");

    get(plane.apply(of(IMAGE, "v1"), Precondition.NONE));

    assertThat(run().template().getImage()).isEqualTo(IMAGE + "@" + digest);
    assertThat(revisions()).extracting(Revision::getImageDigest).containsExactly(digest);
    assertThat(revisions().get(0).getInstance().getImage()).isEqualTo(IMAGE);
    assertThat(get(plane.workload(ref(), ReadPoint.LOCAL)).getInstance().getImage())
        .isEqualTo(IMAGE);
  }

  @Test
  void the_same_applied_again_changes_nothing_though_the_tag_has_moved_but_its_plan_tells()
      throws Exception {
    var before = tags.push(IMAGE, "aa");
    get(plane.apply(of(IMAGE, "v1"), Precondition.NONE));
    awaitReady(1);
    var moved = tags.push(IMAGE, "bb");

    var plan = get(plane.plan(of(IMAGE, "v1")));
    var again = get(plane.apply(of(IMAGE, "v1"), Precondition.NONE));

    assertThat(again.outcome()).isEqualTo(Applied.Outcome.UNCHANGED);
    assertThat(plan.getAction()).isEqualTo(PlanAction.UNCHANGED);
    assertThat(plan.getWarningsList()).singleElement().asString().contains(moved, before, "--pull");
  }

  @Test
  void whoever_asks_for_it_gets_what_the_tag_stands_for_now() throws Exception {
    var before = tags.push(IMAGE, "aa");
    get(plane.apply(of(IMAGE, "v1"), Precondition.NONE));
    awaitReady(1);
    var moved = tags.push(IMAGE, "bb");

    var plan = get(plane.plan(of(IMAGE, "v1"), true, Caller.MAY_DEPLOY));
    var applied = get(plane.apply(of(IMAGE, "v1"), Precondition.NONE, true));
    var twice = get(plane.apply(of(IMAGE, "v1"), Precondition.NONE, true));

    assertThat(plan.getRolls()).isTrue();
    assertThat(plan.getChangesList())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.getField()).isEqualTo("digest of instance.image");
              assertThat(change.getBefore()).isEqualTo(before);
              assertThat(change.getAfter()).isEqualTo(moved);
            });
    assertThat(applied.workload().getRevision()).isEqualTo(2);
    assertThat(twice.outcome()).isEqualTo(Applied.Outcome.UNCHANGED);
    assertThat(revisions()).extracting(Revision::getImageDigest).containsExactly(moved, before);
  }

  @Test
  void a_workload_that_always_pulls_takes_a_moved_tag_with_each_apply() throws Exception {
    tags.push(IMAGE, "aa");
    var declared = always();
    get(plane.apply(declared, Precondition.NONE));
    awaitReady(1);
    var moved = tags.push(IMAGE, "bb");

    get(plane.apply(declared, Precondition.NONE));

    assertThat(revisions().get(0).getImageDigest()).isEqualTo(moved);
  }

  @Test
  void another_template_takes_what_the_tag_stands_for_and_a_rollback_brings_the_old_bytes_back()
      throws Exception {
    var before = tags.push(IMAGE, "aa");
    get(plane.apply(of(IMAGE, "v1"), Precondition.NONE));
    awaitReady(1);
    var moved = tags.push(IMAGE, "bb");
    get(plane.apply(of(IMAGE, "v2"), Precondition.NONE));
    awaitThat(event -> isReady(event, 2));
    tags.goAway();

    get(plane.rollback(ref(), 0, Precondition.NONE));

    assertThat(revisions())
        .extracting(Revision::getImageDigest)
        .containsExactly(before, moved, before);
  }

  @Test
  void where_the_registry_does_not_answer_a_new_image_is_refused_and_a_known_one_stays()
      throws Exception {
    var digest = tags.push(IMAGE, "aa");
    get(plane.apply(of(IMAGE, "v1"), Precondition.NONE));
    awaitReady(1);
    tags.goAway();

    get(plane.apply(of(IMAGE, "v2"), Precondition.NONE));
    get(plane.apply(always(), Precondition.NONE));

    assertThat(revisions()).extracting(Revision::getImageDigest).containsOnly(digest);
    refused(
        Refusal.Kind.UNAVAILABLE,
        () -> get(plane.apply(of("oci:reg.example/web:2", "v1"), Precondition.NONE)));
    refused(
        Refusal.Kind.UNAVAILABLE, () -> get(plane.apply(of(IMAGE, "v2"), Precondition.NONE, true)));
  }

  @Test
  void an_image_that_is_nowhere_is_refused_with_its_field_and_only_warned_of_by_a_plan()
      throws Exception {
    refused(Refusal.Kind.INVALID, () -> get(plane.apply(of(IMAGE, "v1"), Precondition.NONE)));

    assertThat(get(plane.plan(of(IMAGE, "v1"))).getWarningsList())
        .anyMatch(warning -> warning.startsWith("instance.image: "));
  }

  @Test
  void a_layout_that_another_node_has_is_looked_up_there() throws Exception {
    var layout = "layout:/srv/web:1";
    var digest = "sha256:" + "d".repeat(64);
    node.elsewhere.put(layout, digest);

    get(plane.apply(of(layout, "v1"), Precondition.NONE));

    assertThat(revisions()).extracting(Revision::getImageDigest).containsExactly(digest);
    refused(
        Refusal.Kind.INVALID,
        () -> get(plane.apply(of("layout:/srv/other", "v1"), Precondition.NONE)));
  }

  @Test
  void a_pull_secret_that_is_not_there_is_refused_with_its_field() {
    tags.push(IMAGE, "aa");
    var declared = of(IMAGE, "v1").toBuilder();
    declared.getInstanceBuilder().setPullSecret("reg");

    assertThatThrownBy(() -> get(plane.apply(declared.build(), Precondition.NONE)))
        .hasMessageContaining("instance.pullSecret")
        .hasMessageContaining("regrow secret set reg");
  }

  @Test
  void no_registry_is_shown_a_secret_for_a_token_that_may_only_read() throws Exception {
    var known = tags.push(IMAGE, "aa");
    var pins = pinsWithSecret("username", "me", "password", "s3cr3t");

    var read = get(pins.forPlan(secretly(IMAGE), false, Caller.MAY_READ));
    assertThat(tags.shown()).isEmpty();
    assertThat(read.digest()).isEqualTo(known);
    assertThat(read.warning()).contains("not looked up with pullSecret reg", "may only read");

    var deploy = get(pins.forPlan(secretly(IMAGE), false, Caller.MAY_DEPLOY));
    assertThat(tags.shown()).containsExactly(new Credentials("me", "s3cr3t"));
    assertThat(deploy).isEqualTo(new ImagePins.Pin(known, ""));
  }

  @Test
  void what_a_token_that_may_only_read_cannot_look_up_is_planned_with_a_warning() throws Exception {
    var pins = pinsWithSecret("username", "me", "password", "s3cr3t");

    for (boolean newest : new boolean[] {false, true}) {
      var read = get(pins.forPlan(secretly("oci:evil.example/a:1"), newest, Caller.MAY_READ));

      assertThat(read.digest()).isEmpty();
      assertThat(read.warning()).contains("may only read", "the registry has no oci:evil.example");
    }
    assertThat(tags.shown()).isEmpty();
  }

  @Test
  void a_plan_for_a_token_that_may_only_read_opens_no_secret_and_says_so() throws Exception {
    var known = tags.push(IMAGE, "aa");
    pinsWithSecret("username", "me", "password", "s3cr3t");

    var plan = get(plane.plan(secretly(IMAGE), false, Caller.MAY_READ));

    assertThat(plan.getAction()).isEqualTo(PlanAction.CREATE);
    assertThat(plan.getChangesList())
        .filteredOn(change -> change.getField().startsWith("digest"))
        .singleElement()
        .satisfies(change -> assertThat(change.getAfter()).isEqualTo(known));
    assertThat(plan.getWarningsList()).singleElement().asString().contains("may only read");
  }

  @Test
  void a_secret_that_is_for_another_registry_is_refused_with_its_field() throws Exception {
    tags.push("oci:evil.example/a:1", "bb");
    var pins = pinsWithSecret("username", "me", "password", "s3cr3t", "registry", "reg.example");

    assertThatThrownBy(() -> get(pins.forApply(secretly("oci:evil.example/a:1"), false)))
        .hasMessageContaining("instance.pullSecret: pullSecret reg: ")
        .hasMessageContaining("another registry than evil.example")
        .hasMessageNotContaining("s3cr3t");
    assertThat(tags.shown()).isEmpty();
  }

  private ImagePins pinsWithSecret(String... pairs) throws Exception {
    var vault = new OneKeyVault();
    var values = new TreeMap<String, String>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1]);
    }
    get(StoredObjects.secrets(store, vault, () -> 0).put(secret(values), Precondition.NONE));
    return new ImagePins(store, vault, tags, node);
  }

  private Secret secret(Map<String, String> values) {
    return Secret.newBuilder()
        .setKind(SecretKind.SECRET)
        .setNamespace(namespace)
        .setName("reg")
        .putAllData(values)
        .build();
  }

  private Workload secretly(String image) {
    var declared = of(image, "v1").toBuilder();
    declared.getInstanceBuilder().setPullSecret("reg");
    return declared.build();
  }

  @Test
  void what_names_its_digest_or_no_image_is_asked_of_nobody() throws Exception {
    get(plane.apply(of(IMAGE + "@sha256:" + "c".repeat(64), "v1"), Precondition.NONE));
    get(plane.apply(web("v2").build(), Precondition.NONE));

    assertThat(tags.asked()).isEmpty();
    assertThat(revisions()).extracting(Revision::getImageDigest).containsOnly("");
  }

  private List<Revision> revisions() throws Exception {
    var query =
        new ListQuery(
            query().namespace(), java.util.Optional.of("web"), java.util.Map.of(), 100, "");
    return get(plane.revisions(query, ReadPoint.LOCAL)).items();
  }

  private Workload always() {
    var same = of(IMAGE, "v1").toBuilder();
    same.getInstanceBuilder().setPull(PullPolicy.ALWAYS_PULL);
    return same.build();
  }

  private Workload of(String image, String command) {
    return web(command)
        .setInstance(
            InstanceTemplate.newBuilder()
                .addCommand(command)
                .setImage(image)
                .setNetwork(Network.NONE))
        .build();
  }
}
