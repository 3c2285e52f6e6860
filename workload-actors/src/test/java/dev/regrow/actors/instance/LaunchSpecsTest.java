package dev.regrow.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.Orders;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.image.source.Credentials;
import dev.regrow.v1.Capability;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.PullPolicy;
import dev.regrow.v1.Resources;
import dev.regrow.v1.Security;
import dev.regrow.v1.StopPolicy;
import dev.regrow.v1.SyscallGroup;
import dev.regrow.v1.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaunchSpecsTest {

  @Test
  void every_field_of_the_template_reaches_the_machine() {
    var spec =
        specOf(
            InstanceTemplate.newBuilder()
                .setImage("dir:/srv/rootfs")
                .addCommand("/bin/web")
                .addCommand("--port=80")
                .putEnv("MODE", "prod")
                .setUser("1000:2000")
                .setWorkdir("/srv")
                .setNetwork(Network.NONE)
                .setResources(
                    Resources.newBuilder()
                        .setCpu(500)
                        .setCpuLimit(2000)
                        .setMemory(128)
                        .setMemoryLimit(256)
                        .setPids(64))
                .addVolumes(Volume.newBuilder().setHost("/srv/www").setAt("/www").setReadOnly(true))
                .addVolumes(Volume.newBuilder().setTmpfs(4096).setAt("/cache"))
                .setStop(StopPolicy.newBuilder().setSignal("INT").setGrace(1500))
                .setSecurity(
                    Security.newBuilder()
                        .setReadOnlyRoot(true)
                        .addCapabilities(Capability.CAP_KILL)
                        .addCapabilities(Capability.CAP_CHOWN))
                .build());

    assertThat(spec.key()).isEqualTo(new InstanceKey("default", "web", "web-2-x"));
    assertThat(spec.attempt()).isEqualTo(3);
    assertThat(spec.slot()).isEqualTo("web-2");
    assertThat(spec.rootfs()).isEqualTo(Path.of("/srv/rootfs"));
    assertThat(spec.readOnlyRoot()).isTrue();
    assertThat(spec.grants().capabilities())
        .containsExactlyInAnyOrder(
            dev.regrow.runtime.Capability.KILL, dev.regrow.runtime.Capability.CHOWN);
    assertThat(spec.command()).containsExactly("/bin/web", "--port=80");
    assertThat(spec.env()).containsEntry("MODE", "prod").containsKey("PATH");
    assertThat(List.of(spec.uid(), spec.gid())).containsExactly(1000, 2000);
    assertThat(spec.workdir()).isEqualTo("/srv");
    assertThat(spec.network()).isEqualTo(LaunchSpec.Network.NONE);
    assertThat(spec.limits()).isEqualTo(new LaunchSpec.Limits(500, 2000, 128, 256, 64));
    assertThat(spec.mounts())
        .containsExactly(
            new LaunchSpec.Mount.Host(Path.of("/srv/www"), "/www", true),
            new LaunchSpec.Mount.Tmpfs(4096, "/cache", false));
    assertThat(spec.stopSignal()).isEqualTo("INT");
    assertThat(spec.stopGrace()).isEqualTo(Duration.ofMillis(1500));
    assertThat(spec.leaseUntilBootNanos()).isNull();
  }

  @Test
  void without_an_image_the_programs_of_the_host_run_as_nobody() {
    var spec = specOf(Orders.template().toBuilder().clearUser().clearWorkdir().clearStop().build());

    assertThat(spec.rootfs()).isNull();
    assertThat(List.of(spec.uid(), spec.gid())).containsExactly(65534, 65534);
    assertThat(spec.workdir()).isEqualTo("/");
    assertThat(spec.stopSignal()).isEqualTo("TERM");
  }

  @Test
  void the_memory_limit_is_the_memory_unless_another_is_given_and_cpu_has_none() {
    var spec = specOf(Orders.template());

    assertThat(spec.limits()).isEqualTo(new LaunchSpec.Limits(100, 0, 1 << 27, 1 << 27, 64));
  }

  @Test
  void every_capability_of_the_schema_is_one_of_the_machine_and_images_get_theirs_too() {
    var template = Orders.template().toBuilder().setImage("oci:registry.example/web:1");
    for (var capability : Capability.values()) {
      if (capability.name().startsWith("CAP_")) {
        template.getSecurityBuilder().addCapabilities(capability);
      }
    }

    assertThat(specOf(template.build()).grants().capabilities())
        .containsExactlyInAnyOrder(dev.regrow.runtime.Capability.values());
    assertThat(specOf(Orders.template()).grants()).isEqualTo(Grants.NONE);
  }

  @Test
  void every_group_of_system_calls_of_the_schema_is_one_of_the_machine() {
    var template = Orders.template().toBuilder();
    for (var group : SyscallGroup.values()) {
      if (group != SyscallGroup.SYSCALL_GROUP_UNSPECIFIED && group != SyscallGroup.UNRECOGNIZED) {
        template.getSecurityBuilder().addSyscalls(group);
      }
    }

    assertThat(specOf(template.build()).grants().syscalls())
        .containsExactlyInAnyOrder(dev.regrow.runtime.SyscallGroup.values());
  }

  @Test
  void a_path_of_its_own_wins_over_the_default() {
    var spec = specOf(Orders.template().toBuilder().putEnv("PATH", "/opt/bin").build());

    assertThat(spec.env()).isEqualTo(Map.of("PATH", "/opt/bin"));
  }

  @Test
  void a_user_without_a_group_has_the_group_of_its_number() {
    var spec = specOf(Orders.template().toBuilder().setUser("33").build());

    assertThat(List.of(spec.uid(), spec.gid())).containsExactly(33, 33);
  }

  @Test
  void what_a_template_leaves_empty_is_its_images() {
    var template =
        Orders.template().toBuilder()
            .setImage("oci:registry.example/web:1")
            .setPull(PullPolicy.ALWAYS_PULL)
            .setUser("")
            .setWorkdir("/srv")
            .build();

    var spec = specOf(template);

    assertThat(spec.image())
        .isEqualTo(
            new LaunchSpec.Image(
                "oci:registry.example/web:1",
                dev.regrow.runtime.image.PullPolicy.ALWAYS,
                true,
                false,
                template.getStop().getSignal().isEmpty(),
                null));
    assertThat(spec.rootfs()).isNull();
    assertThat(spec.env()).doesNotContainKey("PATH");
  }

  @Test
  void what_the_registry_is_shown_is_of_the_secret_and_in_no_text() {
    var template =
        Orders.template().toBuilder()
            .setImage("oci:registry.example/web:1")
            .setPullSecret("reg")
            .build();
    var run =
        new NodeOrder.Run(
            Orders.assignment("web-2-x", "web-2", 7), template, Orders.ALWAYS, false, 0);
    var secret =
        Map.of(
            "username",
            ByteString.copyFromUtf8("me"),
            "password",
            ByteString.copyFromUtf8("s3cr3t"));
    var contents = new Contents(Map.of("pull-secret/reg", secret));

    var spec = LaunchSpecs.of(run, InstanceMemory.of(run), 3, contents, () -> 17);

    assertThat(java.util.Objects.requireNonNull(spec.image()).credentials())
        .isEqualTo(new Credentials("me", "s3cr3t"));
    assertThat(spec.toString() + contents).doesNotContain("s3cr3t");
    assertThat(spec.env()).doesNotContainValue("s3cr3t");
    assertThatThrownBy(() -> specOf(template)).hasMessageContaining("no pullSecret reg any more");
  }

  @Test
  void what_this_version_cannot_run_is_refused_with_its_name() {
    var unknown = Orders.template().toBuilder().setImage("docker:registry/web:1").build();
    var noNetwork = Orders.template().toBuilder().clearNetwork().build();
    var noSource =
        Orders.template().toBuilder().addVolumes(Volume.newBuilder().setAt("/x")).build();

    assertThatThrownBy(() -> specOf(unknown)).hasMessageContaining("docker:registry/web:1");
    assertThatThrownBy(() -> specOf(noNetwork)).hasMessageContaining("network");
    assertThatThrownBy(() -> specOf(noSource)).hasMessageContaining("/x");
  }

  private static LaunchSpec specOf(InstanceTemplate template) {
    var run =
        new NodeOrder.Run(
            Orders.assignment("web-2-x", "web-2", 7), template, Orders.ALWAYS, false, 0);
    return LaunchSpecs.of(run, InstanceMemory.of(run), 3, Contents.NONE, () -> 17);
  }
}
