package dev.regrow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.client.testing.FakeGateway;
import dev.regrow.v1.ImagePull;
import dev.regrow.v1.ImagePullPhase;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeImage;
import dev.regrow.v1.NodeImageList;
import dev.regrow.v1.NodeList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code image} asks each node that runs instances, whatever becomes of the others. */
class ImagesTest extends CommandLineCase {

  private static final String WEB_1 = "oci:reg.example/web:1";
  private static final String OF_N1 = "/v1/nodes/n1/images";
  private static final String OF_N2 = "/v1/nodes/n2/images";
  private static final String GONE = "?image=oci%3Areg.example%2Fweb%3A1";

  private final FakeGateway second = new FakeGateway();

  @AfterEach
  void closeSecond() {
    second.close();
  }

  private void thereAre(Node.Builder... nodes) {
    var list = NodeList.newBuilder();
    for (var node : nodes) {
      list.addItems(node);
    }
    gateway.answers("GET /v1/nodes", list.build());
  }

  private Node.Builder n1() {
    return node("n1", "server", gateway.address());
  }

  private Node.Builder n2() {
    return node("n2", "worker", second.address());
  }

  /** First by its name, and nobody listens there. */
  private static Node.Builder away() {
    return node("a0", "worker", "http://127.0.0.1:1");
  }

  private static Node.Builder node(String name, String role, String address) {
    return Node.newBuilder().setName(name).addRoles(role).setAddress(address);
  }

  private static ImagePull pull(String node, ImagePullPhase phase) {
    return ImagePull.newBuilder()
        .setNode(node)
        .setImage(WEB_1)
        .setPhase(phase)
        .setDigest("sha256:1")
        .build();
  }

  private static NodeImageList held(String node) {
    return NodeImageList.newBuilder()
        .addItems(NodeImage.newBuilder().setNode(node).setImage(WEB_1))
        .build();
  }

  @Test
  void a_witness_is_not_asked_for_images() throws Exception {
    thereAre(n1(), node("w1", "witness", ""), node("w2", "witness", "10.0.0.3:7420"));
    gateway.answers("GET " + OF_N1, held("n1"));
    gateway.answers("POST " + OF_N1, pull("n1", ImagePullPhase.PULLED));
    gateway.answers("DELETE " + OF_N1 + GONE, held("n1"));

    assertThat(withCluster("image", "list")).isZero();
    assertThat(withCluster("image", "pull", WEB_1)).isZero();
    assertThat(withCluster("image", "rm", WEB_1)).isZero();

    assertThat(out.toString()).contains("node n1 has " + WEB_1, WEB_1 + " is removed");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void a_witness_that_is_named_is_said_to_be_one() throws Exception {
    gateway.answers("GET /v1/nodes/w1", node("w1", "witness", "").build());

    assertThat(withCluster("image", "pull", WEB_1, "--node", "w1")).isEqualTo(ExitCode.ERROR);

    assertThat(err.toString()).contains("node w1 is a witness");
  }

  @Test
  void one_that_is_away_keeps_no_other_from_pulling() throws Exception {
    thereAre(away(), n1(), n2());
    gateway.answers("POST " + OF_N1, pull("n1", ImagePullPhase.PULLED));
    second.answers("POST " + OF_N2, pull("n2", ImagePullPhase.PULLING));
    second.answers(
        "GET " + OF_N2,
        NodeImageList.newBuilder().addPulls(pull("n2", ImagePullPhase.PULLED)).build());

    assertThat(withCluster("image", "pull", WEB_1)).isEqualTo(ExitCode.ERROR);

    assertThat(out.toString()).contains("node n1 has " + WEB_1, "node n2 has " + WEB_1);
    assertThat(err.toString()).contains("node a0: ").doesNotContain("node n1", "node n2");
  }

  @Test
  void one_that_goes_away_while_it_pulls_is_not_waited_for() throws Exception {
    thereAre(n1(), n2());
    gateway.answers("POST " + OF_N1, pull("n1", ImagePullPhase.PULLING));
    gateway.refuses("GET " + OF_N1, 503, "x/not-applied", "it stops");
    second.answers("POST " + OF_N2, pull("n2", ImagePullPhase.PULLING));
    second.answers(
        "GET " + OF_N2,
        NodeImageList.newBuilder().addPulls(pull("n2", ImagePullPhase.PULLED)).build());

    assertThat(withCluster("image", "pull", WEB_1)).isEqualTo(ExitCode.ERROR);

    assertThat(out.toString()).contains("node n2 has " + WEB_1).doesNotContain("node n1");
    assertThat(err.toString()).contains("node n1: nobody knows how far its pull is: it stops");
  }

  @Test
  void a_pull_that_is_not_there_in_time_exits_4_and_says_where() throws Exception {
    thereAre(n1(), n2());
    gateway.answers("POST " + OF_N1, pull("n1", ImagePullPhase.PULLED));
    second.answers("POST " + OF_N2, pull("n2", ImagePullPhase.PULLING));

    assertThat(withCluster("image", "pull", WEB_1, "--timeout", "0s"))
        .isEqualTo(ExitCode.TIMED_OUT);

    assertThat(out.toString()).contains("node n1 has " + WEB_1);
    assertThat(err.toString()).contains("node n2: not there after").doesNotContain("node n1");
  }

  @Test
  void what_is_removed_is_told_and_so_is_who_was_not_asked() throws Exception {
    thereAre(away(), n1(), n2());
    gateway.answers("DELETE " + OF_N1 + GONE, held("n1"));
    second.refuses("DELETE " + OF_N2 + GONE, 409, "x/conflict", "default/web-0 runs from it");

    assertThat(withCluster("image", "rm", WEB_1)).isEqualTo(ExitCode.ERROR);

    assertThat(out.toString()).contains("node n1: " + WEB_1 + " is removed");
    assertThat(err.toString()).contains("node a0: ", "node n2: default/web-0 runs from it");
  }

  @Test
  void a_list_that_lacks_a_node_says_so_and_exits_1() throws Exception {
    thereAre(away(), n1());
    gateway.answers("GET " + OF_N1, held("n1"));

    assertThat(withCluster("image", "list")).isEqualTo(ExitCode.ERROR);

    assertThat(out.toString()).contains(WEB_1);
    assertThat(err.toString()).contains("node a0: ");
  }

  @Test
  void a_token_that_may_not_do_it_is_told_once() throws Exception {
    thereAre(n1(), n2());
    gateway.refuses("POST " + OF_N1, 403, "x/forbidden", "not for you");
    second.refuses("POST " + OF_N2, 403, "x/forbidden", "not for you");

    assertThat(withCluster("image", "pull", WEB_1)).isEqualTo(ExitCode.DENIED);

    assertThat(err.toString()).containsOnlyOnce("not for you");
  }
}
