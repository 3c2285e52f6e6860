package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.schema.testing.Workloads;
import dev.regrow.v1.Capability;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Port;
import dev.regrow.v1.SpreadRule;
import dev.regrow.v1.SyscallGroup;
import dev.regrow.v1.Workload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadRulesTest {

  @Test
  void defaults_are_those_of_the_contract() {
    Workload web = Schema.withDefaults(Workloads.smallest("web"));

    assertThat(Schema.toJson(web))
        .contains("\"namespace\":\"default\"", "\"replicas\":null", "\"user\":\"65534:65534\"")
        .contains(
            "\"resources\":{\"cpu\":\"100m\",\"memory\":\"128Mi\",\"pids\":256,\"cpuLimit\":null,"
                + "\"memoryLimit\":\"128Mi\",\"disk\":null,\"ioWeight\":null,\"ulimits\":null}")
        .contains(
            "\"restart\":{\"policy\":\"always\",\"backoff\":{\"initial\":\"0s\",\"base\":\"100ms\","
                + "\"max\":\"30s\",\"factor\":2,\"resetAfter\":\"1m\"}}")
        .contains(
            "\"update\":{\"surge\":1,\"unavailable\":0,\"minReady\":\"0s\","
                + "\"progressDeadline\":\"2m\",\"autoRevert\":true}")
        .contains("\"stop\":{\"signal\":\"TERM\",\"grace\":\"10s\"}")
        .contains(
            "\"disconnect\":{\"lostAfter\":\"0s\",\"stopAfter\":null,"
                + "\"reconcile\":\"keep-replacement\"}")
        .contains(
            "\"security\":{\"readOnlyRoot\":false,\"userNamespace\":true,"
                + "\"seccomp\":\"default\",\"capabilities\":[],\"syscalls\":[]}");
  }

  @Test
  void a_root_among_what_is_the_kernels_is_refused() {
    for (var path : List.of("/proc/self/root", "//sys", "/./dev/shm", "/proc")) {
      assertThat(instance("image: \"dir:" + path + "\""))
          .containsExactly(
              "instance.image: is the kernel's own; make a root file system in a directory, as"
                  + " /srv/rootfs");
    }
    assertThat(instance("image: dir:/processes/1")).isEmpty();
  }

  @Test
  void a_bound_on_what_nobody_can_write_is_refused() {
    assertThat(bounded("image: dir:/srv/root")).isEmpty();
    assertThat(bounded("user: \"1000\""))
        .containsExactly(
            "instance.resources.disk: bounds what is written to the root, which nobody can write to"
                + " here; leave it out");
    assertThat(bounded("image: dir:/srv/root, security: {readOnlyRoot: true}")).hasSize(1);
  }

  @Test
  void an_image_under_a_root_that_nobody_writes_to_may_have_volumes_to_be_bounded() {
    assertThat(bounded("image: oci:r.example/db:1, security: {readOnlyRoot: true}")).isEmpty();
    assertThat(bounded("image: layout:/srv/db:1, security: {readOnlyRoot: true}")).isEmpty();
  }

  private static List<String> bounded(String more) {
    return instance("resources: {disk: 1Gi}, " + more);
  }

  @Test
  void zero_and_false_that_were_written_are_no_absence() {
    Workload web =
        parse("update: {surge: 0, unavailable: 1, autoRevert: false}\nreplicas: 0").orThrow();

    Workload full = Schema.withDefaults(web);

    assertThat(full.getUpdate().getSurge()).isZero();
    assertThat(full.getUpdate().getAutoRevert()).isFalse();
    assertThat(full.hasReplicas()).isTrue();
    assertThat(full.getReplicas()).isZero();
  }

  @Test
  void exclusive_forces_surge_0_and_lets_one_slot_be_without_a_process() {
    Workload web = Schema.withDefaults(parse("exclusive: true\nupdate: {surge: 2}").orThrow());

    assertThat(web.getUpdate().getSurge()).isZero();
    assertThat(web.getUpdate().getUnavailable()).isEqualTo(1);
  }

  @Test
  void fields_of_later_releases_that_ask_for_nothing_are_accepted() {
    assertThat(parse("dependsOn: []\nupdate: {canary: 0}\nplacement: {require: null}").ok())
        .isTrue();
    assertThat(parse("dependsOn: [{workload: migrate}]").violations())
        .extracting(Violation::message)
        .containsExactly("is not supported by this release; leave it out");
  }

  @Test
  void what_says_nothing_is_spread_over_nodes_and_what_is_packed_is_not() {
    assertThat(Schema.withDefaults(parse("").orThrow()).getPlacement().getSpreadList())
        .extracting(SpreadRule::getBy)
        .containsExactly("node");
    assertThat(
            Schema.withDefaults(parse("placement: {policy: pack}").orThrow())
                .getPlacement()
                .getSpreadCount())
        .isZero();
  }

  @Test
  void requirements_that_no_node_can_meet_together_are_refused_with_their_line() {
    var refused =
        parse(
            """
            placement:
              require:
                - {label: disk, in: [ssd, nvme]}
                - {label: disk, in: [tape]}
            """);

    assertThat(refused.violations())
        .extracting(Violation::field)
        .containsExactly("placement.require[1].in");
    assertThat(refused.violations()).extracting(Violation::line).doesNotContain(0);
  }

  @Test
  void the_isolation_that_all_have_can_be_written_and_not_switched_off() {
    assertThat(secured("{userNamespace: true, seccomp: default}")).isEmpty();
    assertThat(secured("{userNamespace: false}"))
        .containsExactly(
            "instance.security.userNamespace: is false, but every instance has a user namespace of"
                + " its own; leave it out");
    assertThat(secured("{seccomp: unconfined}"))
        .singleElement()
        .asString()
        .startsWith("instance.security.seccomp: ");
  }

  @Test
  void capabilities_are_those_that_mean_something_inside_and_no_other() {
    assertThat(secured("{capabilities: []}")).isEmpty();
    assertThat(secured("{capabilities: [NET_BIND_SERVICE, CHOWN]}")).isEmpty();
    assertThat(secured("{capabilities: [CHOWN, SYS_ADMIN]}"))
        .containsExactly(
            "instance.security.capabilities[1]: \"SYS_ADMIN\" is unknown; write CHOWN, DAC_OVERRIDE,"
                + " FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE or SYS_CHROOT; no"
                + " instance may have others");
    for (var none :
        List.of("NET_ADMIN", "NET_RAW", "SETFCAP", "MKNOD", "SYS_PTRACE", "BPF", "ALL")) {
      assertThat(secured("{capabilities: [" + none + "]}")).as(none).hasSize(1);
    }
  }

  @Test
  void a_capability_written_as_the_kernel_calls_it_is_told_as_it_is_written_here() {
    for (var name : List.of("CAP_KILL", "cap_net_bind_service", "CAP_SYS_CHROOT", "CAP_SETUID")) {
      assertThat(secured("{capabilities: [" + name + "]}"))
          .singleElement()
          .asString()
          .endsWith("did you mean " + name.toUpperCase(Locale.ROOT).substring(4) + "?");
    }
  }

  @Test
  void a_capability_that_is_listed_twice_or_has_no_effect_is_refused() {
    assertThat(secured("{capabilities: [ALL, KILL, KILL]}"))
        .hasSize(2)
        .anyMatch(said -> said.startsWith("instance.security.capabilities[2]: \"KILL\" is listed"));
    assertThat(secured("{capabilities: [KILL, CHOWN, KILL]}"))
        .containsExactly("instance.security.capabilities[2]: \"KILL\" is listed twice; keep one");
    assertThat(instanceOn("host", "security: {capabilities: [NET_BIND_SERVICE]}"))
        .singleElement()
        .asString()
        .startsWith(
            "instance.security.capabilities[0]: \"NET_BIND_SERVICE\" has no effect with network host");
  }

  @Test
  void system_calls_beyond_the_filter_are_those_that_are_named_here_and_no_other() {
    assertThat(secured("{syscalls: []}")).isEmpty();
    assertThat(secured("{syscalls: [io_uring, ptrace, userfaultfd]}")).isEmpty();
    assertThat(secured("{syscalls: [ptrace, bpf]}"))
        .containsExactly(
            "instance.security.syscalls[1]: \"bpf\" is unknown; write io_uring, ptrace or"
                + " userfaultfd; no instance may make others than these and those of the default"
                + " profile");
    assertThat(secured("{syscalls: [ptrace, io_uring, ptrace]}"))
        .containsExactly("instance.security.syscalls[2]: \"ptrace\" is listed twice; keep one");
    for (var none : List.of("all", "unshare", "mount", "keyctl", "PTRACE", "io_uring_setup")) {
      assertThat(secured("{syscalls: [" + none + "]}")).as(none).hasSize(1);
    }
  }

  @Test
  void system_calls_that_only_protobuf_can_say_are_refused() throws Exception {
    for (int number : List.of(0, 99)) {
      var workload = Workloads.smallest("web").toBuilder();
      workload.getInstanceBuilder().getSecurityBuilder().addSyscallsValue(number);

      assertThat(
              Schema.violations(Workload.parseFrom(workload.build().toByteArray())).stream()
                  .map(Violation::field))
          .as("number %d", number)
          .containsExactly("instance.security.syscalls[0]");
    }
  }

  @Test
  void other_system_calls_are_another_revision() {
    var plain = Schema.withDefaults(parse("").orThrow()).getInstance();
    var more = plain.toBuilder();
    more.getSecurityBuilder().addSyscalls(SyscallGroup.SYSCALL_PTRACE);

    assertThat(Templates.hash(more.build(), 1)).isNotEqualTo(Templates.hash(plain, 1));
  }

  @Test
  void a_capability_that_only_protobuf_can_say_is_refused() throws Exception {
    for (int number : List.of(0, 99)) {
      var workload = Workloads.smallest("web").toBuilder();
      workload.getInstanceBuilder().getSecurityBuilder().addCapabilitiesValue(number);

      assertThat(
              Schema.violations(Workload.parseFrom(workload.build().toByteArray())).stream()
                  .map(Violation::field))
          .as("number %d", number)
          .containsExactly("instance.security.capabilities[0]");
    }
  }

  @Test
  void another_capability_is_another_revision() {
    var plain = Schema.withDefaults(parse("").orThrow()).getInstance();
    var granted = plain.toBuilder();
    granted.getSecurityBuilder().addCapabilities(Capability.CAP_CHOWN);

    assertThat(Templates.hash(granted.build(), 1)).isNotEqualTo(Templates.hash(plain, 1));
  }

  private static List<String> secured(String security) {
    return instance("security: " + security);
  }

  private static List<String> instance(String more) {
    return instanceOn("none", more);
  }

  private static List<String> instanceOn(String network, String more) {
    var text =
        "kind: Service\nname: web\ninstance: {command: [/bin/web], network: %s, %s}\n"
            .formatted(network, more);
    return Schema.parse(Workload.getDefaultInstance(), text, Syntax.YAML).violations().stream()
        .map(Violation::toString)
        .map(said -> said.substring(said.indexOf("instance")))
        .toList();
  }

  @Test
  void who_may_be_root_is_for_namespaces_to_say_and_not_for_their_names() {
    Workload.Builder web = Workloads.smallest("web").toBuilder();
    web.getInstanceBuilder().setUser("0:0");

    assertThat(Schema.violations(web.build())).isEmpty();
    assertThat(Schema.violations(web.setNamespace("shop").build())).isEmpty();
  }

  @Test
  void what_came_as_protobuf_is_judged_the_same() throws InvalidProtocolBufferException {
    InstanceTemplate broken =
        InstanceTemplate.parseFrom(ByteString.copyFrom(new byte[] {0x40, 0x63})); // network: 99
    Workload web =
        Workload.newBuilder()
            .setName("WEB")
            .setInstance(broken.toBuilder().addPorts(Port.newBuilder().setPort(70_000)))
            .build();

    assertThat(Schema.violations(web))
        .extracting(Violation::field)
        .containsExactlyInAnyOrder(
            "kind", "name", "instance.command", "instance.network", "instance.ports[0].port");
  }

  @Test
  void violations_are_bounded() {
    var labels = new StringBuilder("labels: {");
    for (int i = 0; i < 60; i++) {
      labels.append("a").append(i).append(": [], ");
    }

    assertThat(parse(labels + "}").violations()).hasSize(Schema.MAX_VIOLATIONS);
  }

  @Test
  void a_file_may_hold_several_documents_and_a_broken_one_ends_it() {
    String one = "kind: Service\nname: NAME\ninstance: {command: [/bin/true], network: none}\n";
    String file = one.replace("NAME", "a") + "---\n---\n" + one.replace("NAME", "B") + "---\n[";

    var documents =
        Schema.parseDocuments(
            Workload.getDefaultInstance(),
            file.getBytes(StandardCharsets.UTF_8),
            Syntax.YAML,
            Map.of());

    assertThat(documents)
        .extracting(Parsed::verdict)
        .isEqualTo(List.of(Verdict.OK, Verdict.INVALID, Verdict.MALFORMED));
    assertThat(documents.get(1).violations().get(0).toString()).startsWith("7:7: name: \"B\"");
  }

  private static Parsed<Workload> parse(String more) {
    return Schema.parse(
        Workload.getDefaultInstance(),
        "kind: Service\nname: web\ninstance: {command: [/bin/true], network: none}\n" + more,
        Syntax.YAML);
  }
}
