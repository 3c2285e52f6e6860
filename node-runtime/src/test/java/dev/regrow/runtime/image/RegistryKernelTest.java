package dev.regrow.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.source.Credentials;
import dev.regrow.runtime.image.source.LeastRate;
import dev.regrow.runtime.image.source.Registries;
import dev.regrow.runtime.image.testing.FakeRegistry;
import dev.regrow.runtime.image.testing.ImageBuilder;
import dev.regrow.runtime.image.testing.TarBuilder;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a registry that behaves, and from one that does not. */
@Tag("kernel")
final class RegistryKernelTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final FakeRegistry registry = new FakeRegistry();
  private final FakeRegistry other = new FakeRegistry();
  private final ImageBuilder.Built image = image();
  private final Path home;

  RegistryKernelTest(@TempDir Path home) {
    this.home = home;
    registry.serve(image, "v1");
    other.serve(image, "v1");
  }

  @AfterEach
  void close() {
    registry.close();
    other.close();
  }

  private static ImageBuilder.Built image() {
    return new ImageBuilder()
        .layer(new TarBuilder().program("noise", noise()))
        .layer(new TarBuilder().file("app", "v1"))
        .build();
  }

  private static byte[] noise() {
    var noise = new byte[300_000];
    new Random(1).nextBytes(noise);
    return noise;
  }

  private LocalImage pull(@Nullable Credentials credentials) {
    try (var images = open()) {
      return ensure(images, reference(), PullPolicy.MISSING, credentials);
    }
  }

  private Images open() {
    return open(Duration.ofSeconds(10));
  }

  private Images open(Duration looking) {
    return open(Registries.standard(), looking);
  }

  private Images demanding() {
    var rate = new LeastRate(1 << 20, Duration.ofSeconds(1));
    return open(Registries.demanding(rate), Duration.ofSeconds(10));
  }

  private Images open(Registries registries, Duration looking) {
    return Images.open(
        Kernel.load(),
        home.resolve("store"),
        "boot",
        registries,
        Platform.ofThisMachine(),
        looking);
  }

  private ImageReference reference() {
    return ImageReference.parse("oci:" + registry.address() + "/shop/web:v1");
  }

  private static LocalImage ensure(
      Images images,
      ImageReference reference,
      PullPolicy policy,
      @Nullable Credentials credentials) {
    return images.ensure(reference, policy, credentials).toCompletableFuture().join();
  }

  private static Digest resolve(
      Images images, ImageReference reference, @Nullable Credentials credentials) {
    return images.resolve(reference, PullPolicy.MISSING, credentials).toCompletableFuture().join();
  }

  @Test
  void what_a_tag_stood_for_stays_what_is_run_after_the_tag_has_moved() {
    var next = new ImageBuilder().layer(new TarBuilder().file("app", "v2")).build();
    try (var images = open()) {
      var digest = resolve(images, reference(), null);
      registry.serve(next, "v1");

      assertThat(digest).isEqualTo(image.manifest());
      assertThat(resolve(images, reference(), null)).isEqualTo(next.manifest());
      assertThat(ensure(images, reference().at(digest), PullPolicy.MISSING, null).digest())
          .isEqualTo(digest);
    }
  }

  @Test
  void where_it_is_always_pulled_the_registry_is_asked_though_the_digest_is_known() {
    var pinned = reference().at(image.manifest());
    try (var images = open()) {
      ensure(images, pinned, PullPolicy.ALWAYS, null);
      registry.demand("Basic realm=\"reg\"", "Basic bWU6c2VjcmV0");

      assertThat(ensure(images, pinned, PullPolicy.MISSING, null).digest())
          .isEqualTo(image.manifest());
      assertThatThrownBy(() -> ensure(images, pinned, PullPolicy.ALWAYS, null))
          .hasMessageContaining("wants a user and a password");
    }
  }

  @Test
  void what_one_was_shown_for_his_password_is_not_shown_to_who_has_none() {
    registry.demand("Basic realm=\"reg\"", "Basic bWU6c2VjcmV0");
    try (var images = open()) {
      resolve(images, reference(), new Credentials("me", "secret"));

      assertThatThrownBy(() -> resolve(images, reference(), null))
          .hasMessageContaining("cannot learn what image")
          .hasMessageContaining("wants a user and a password");
    }
  }

  @Test
  void a_registry_that_never_answers_is_not_waited_for_without_end() throws Exception {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var images = open(Duration.ofSeconds(1))) {
      var reference = ImageReference.parse("oci:127.0.0.1:" + silent.getLocalPort() + "/web:v1");

      assertThatThrownBy(() -> resolve(images, reference, null))
          .hasCauseInstanceOf(RuntimeFailure.class)
          .hasMessageContaining("no answer within 1 s");
    }
  }

  @Test
  void an_image_is_pulled_once() {
    var pulled = pull(null);
    int asked = registry.seen.size();

    assertThat(pulled.digest()).isEqualTo(image.manifest());
    assertThat(pulled.layers().resolve(pulled.names().get(1)).resolve("app")).hasContent("v1");
    assertThat(pull(null)).isEqualTo(pulled);
    assertThat(registry.seen).hasSize(asked);
  }

  @Test
  void while_an_image_comes_it_is_known_how_far_it_is() {
    registry.pace(200_000);
    try (var images = open()) {
      var pull = images.ensure(reference(), PullPolicy.MISSING, null).toCompletableFuture();
      long most = 0;
      long inAll = 0;
      while (!pull.isDone()) {
        var seen = images.onItsWay(reference());
        most = Math.max(most, seen.map(PullProgress::bytes).orElse(0L));
        inAll = Math.max(inAll, seen.map(PullProgress::bytesInAll).orElse(0L));
        Thread.onSpinWait();
      }

      assertThat(pull.join().digest()).isEqualTo(image.manifest());
      assertThat(inAll).isGreaterThan(300_000);
      assertThat(most).isBetween(64_000L, inAll);
      assertThat(images.onItsWay(reference())).isEmpty();
    }
  }

  @Test
  void who_waits_for_a_layer_that_somebody_else_began_sees_it_come_too() {
    var next =
        new ImageBuilder()
            .layer(new TarBuilder().program("noise", noise()))
            .layer(new TarBuilder().file("app", "v2"))
            .build();
    registry.serve(next, "v2").pace(200_000);
    var second = ImageReference.parse("oci:" + registry.address() + "/shop/web:v2");
    try (var images = open()) {
      var one = images.ensure(reference(), PullPolicy.MISSING, null).toCompletableFuture();
      var two = images.ensure(second, PullPolicy.MISSING, null).toCompletableFuture();
      long least = Long.MAX_VALUE;
      while (!one.isDone() && !two.isDone()) {
        long first = images.onItsWay(reference()).map(PullProgress::bytes).orElse(0L);
        long other = images.onItsWay(second).map(PullProgress::bytes).orElse(0L);
        least = first > 200_000 && other > 0 ? Math.min(least, Math.min(first, other)) : least;
        Thread.onSpinWait();
      }
      CompletableFuture.allOf(one, two).join();

      assertThat(least).as("of both, when one was nearly there").isBetween(50_000L, 400_000L);
    }
  }

  @Test
  void an_answer_that_is_cut_off_goes_on_where_it_ended() {
    registry.cutAfter(100_000);

    var pulled = pull(null);

    assertThat(pulled.layers().resolve(pulled.names().get(0)).resolve("noise")).hasSize(300_000);
    assertThat(registry.seen).anyMatch(request -> request.contains(" bytes=100000- "));
  }

  @Test
  void a_layer_that_trickles_is_broken_off_and_goes_on_where_it_was_with_the_next_pull() {
    registry.pace(20_000);
    try (var images = demanding()) {
      assertThatThrownBy(() -> ensure(images, reference(), PullPolicy.MISSING, null))
          .hasMessageContaining("sends less than 1024 KiB a second over 1 s")
          .cause()
          .isInstanceOfSatisfying(
              RuntimeFailure.class, failure -> assertThat(failure.retryable()).isTrue());
    }
    registry.pace(Long.MAX_VALUE);

    assertThat(pull(null).digest()).isEqualTo(image.manifest());
    assertThat(registry.seen).anyMatch(request -> request.matches(".* bytes=[0-9]+- .*"));
  }

  @Test
  void after_a_layer_that_does_not_come_its_image_asks_for_no_other() {
    var many = new ImageBuilder();
    for (int i = 0; i < 9; i++) {
      many.layer(new TarBuilder().program("noise" + i, noise()));
    }
    var built = many.build();
    registry.serve(built, "many").pace(20_000);
    try (var images = demanding()) {
      var reference = ImageReference.parse("oci:" + registry.address() + "/shop/web:many");

      assertThatThrownBy(() -> ensure(images, reference, PullPolicy.MISSING, null))
          .hasMessageContaining("sends less than");
    }

    var layers = Manifest.parse(built.manifestBytes()).layers();
    for (var layer : layers.subList(3, 9)) {
      assertThat(registry.seen).noneMatch(request -> request.contains(layer.digest().toString()));
    }
  }

  @Test
  void what_is_on_its_way_delays_no_removal_and_loses_nothing_by_it() {
    var shared = new TarBuilder().file("base", "v1");
    registry.serve(new ImageBuilder().layer(shared).build(), "one");
    registry.serve(
        new ImageBuilder().layer(shared).layer(new TarBuilder().program("noise", noise())).build(),
        "two");
    var one = ImageReference.parse("oci:" + registry.address() + "/shop/web:one");
    var two = ImageReference.parse("oci:" + registry.address() + "/shop/web:two");
    try (var images = open()) {
      ensure(images, one, PullPolicy.MISSING, null);
      registry.pace(50_000);
      var coming = images.ensure(two, PullPolicy.MISSING, null).toCompletableFuture();
      while (images.onItsWay(two).map(PullProgress::bytes).orElse(0L) == 0) {
        Thread.onSpinWait();
      }

      assertThat(images.remove(List.of(one.toString()), Set.of())).isEqualTo(1);
      assertThat(coming).isNotDone();
      assertThatThrownBy(() -> ensure(images, one, PullPolicy.NEVER, null))
          .hasMessageContaining("never");
      assertThat(coming).isNotDone();

      var pulled = coming.join();
      assertThat(pulled.layers().resolve(pulled.names().get(0)).resolve("base")).hasContent("v1");
      assertThat(pulled.layers().resolve(pulled.names().get(1)).resolve("noise")).hasSize(300_000);
    }
  }

  @Test
  void a_token_is_fetched_with_the_password_and_shown_instead_of_it() {
    registry.demand(
        "Bearer realm=\"http://%s/token\",service=\"reg\"".formatted(other.address()),
        "Bearer t0k3n");

    pull(new Credentials("me", "secret"));

    assertThat(other.seen).singleElement().asString().startsWith("/token").contains("Basic");
    assertThat(registry.seen).noneMatch(request -> request.contains("Basic"));
  }

  @Test
  void a_password_is_shown_to_who_asks_for_it_and_not_where_blobs_are() {
    var credentials = new Credentials("me", "secret");
    registry.demand("Basic realm=\"reg\"", "Basic bWU6c2VjcmV0");
    registry.redirectBlobsTo("http://" + other.address() + "/else");

    pull(credentials);

    assertThat(registry.seen).anyMatch(request -> request.endsWith("Basic bWU6c2VjcmV0"));
    assertThat(other.seen).isNotEmpty().allMatch(request -> request.endsWith(" -"));
    assertThat(credentials.toString()).doesNotContain("secret");
  }

  @Test
  void nobody_is_redirected_to_where_there_is_no_TLS() {
    registry.redirectBlobsTo("http://registry.example");

    assertThatThrownBy(() -> pull(null)).hasMessageContaining("neither https nor on this machine");
  }

  @Test
  void endless_redirects_end() {
    registry.redirectBlobsTo("http://" + registry.address());

    assertThatThrownBy(() -> pull(null)).hasMessageContaining("redirects more than");
  }

  @Test
  void forged_and_missing_blobs_are_refused() {
    var layer = Manifest.parse(image.manifestBytes()).layers().get(0);
    var forged = Objects.requireNonNull(image.blobs().get(layer.digest())).clone();
    forged[1000] ^= 1;
    registry.forge(layer.digest(), forged);
    assertThatThrownBy(() -> pull(null)).hasMessageContaining("damaged");

    registry.forge(layer.digest(), new byte[forged.length + 1]);
    assertThatThrownBy(() -> pull(null)).hasMessageContaining("more than");

    registry.forge(layer.digest(), image.blobs().get(layer.digest()));
    assertThat(pull(null).digest()).isEqualTo(image.manifest());
  }

  @Test
  void of_an_error_what_a_registry_says_is_told_and_nothing_of_any_other_service() {
    registry.breakDown("{\"errors\":[{\"code\":\"TEAPOT\",\"message\":\"short and stout\"}]}");
    assertThatThrownBy(() -> pull(null))
        .hasMessageContaining("HTTP 418 for the manifest v1: TEAPOT, short");

    registry.breakDown("<h1>admin token: s3cr3t</h1>");
    assertThatThrownBy(() -> pull(null))
        .hasMessageContaining("HTTP 418 for the manifest v1")
        .hasMessageNotContaining("s3cr3t");
  }

  @Test
  void of_what_is_no_manifest_nothing_is_told() {
    registry.forgeManifest("v1", "s3cr3t=1");

    assertThatThrownBy(() -> pull(null))
        .hasMessageContaining("is not JSON: it breaks at line 1")
        .hasMessageNotContaining("s3cr3t");
  }

  @Test
  void what_a_registry_refuses_or_has_not_is_said() {
    registry.demand("Basic realm=\"reg\"", "Basic other");
    assertThatThrownBy(() -> pull(null)).hasMessageContaining("wants a user and a password");
    assertThatThrownBy(() -> pull(new Credentials("me", "wrong")))
        .hasMessageContaining("HTTP 401")
        .hasMessageContaining("shop/web");
  }
}
