package dev.regrow.chaos.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.Test;

/**
 * Data flows one way, and decisions know nothing of the world: the rules that the design rests on.
 */
final class DependencyDirectionsTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .importPackages("dev.regrow");

  private static final String[] DECISIONS = {
    "dev.regrow.core.model..",
    "dev.regrow.core.lifecycle..",
    "dev.regrow.core.reconcile..",
    "dev.regrow.core.placement..",
  };

  @Test
  void decisions_use_the_JDK_only() {
    noClasses()
        .that()
        .resideInAnyPackage(DECISIONS)
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are neither of the JDK nor decisions themselves",
                dependency ->
                    !dependency.getPackageName().startsWith("java.")
                        && !dependency.getPackageName().isEmpty()
                        && !dependency.getPackageName().startsWith("org.jspecify")
                        && !isDecision(dependency.getPackageName())))
        .because("one thread with virtual time must be able to run the whole control plane")
        .check(CLASSES);
  }

  @Test
  void decisions_read_no_clock_and_no_disk() {
    noClasses()
        .that()
        .resideInAnyPackage(DECISIONS)
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.(io|net|nio\\.(file|channels))\\..*|java\\.time\\.Clock")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .because("now is a parameter, so that the same state gives the same decision")
        .check(CLASSES);
  }

  @Test
  void the_client_and_the_command_line_load_no_server() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.regrow.v1..", "dev.regrow.schema..", "dev.regrow.client..", "dev.regrow.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.pekko..",
            "org.apache.ratis..",
            "jnr..",
            "dev.regrow.core..",
            "dev.regrow.runtime..",
            "dev.regrow.actors..",
            "dev.regrow.gateway..")
        .because("client commands start fast and are used where no node is")
        .check(CLASSES);
  }

  @Test
  void the_machine_knows_nothing_of_the_cluster() {
    noClasses()
        .that()
        .resideInAPackage("dev.regrow.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.pekko..",
            "org.apache.ratis..",
            "dev.regrow.core..",
            "dev.regrow.actors..",
            "dev.regrow.gateway..",
            "dev.regrow.v1..")
        .because("facts come back up as futures only, and a shim must outlive every actor")
        .check(CLASSES);
  }

  @Test
  void the_core_leans_on_nothing_above_it() {
    noClasses()
        .that()
        .resideInAPackage("dev.regrow.core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.pekko..",
            "dev.regrow.runtime..",
            "dev.regrow.actors..",
            "dev.regrow.gateway..")
        .because("data flows gateway → workload-actors → node-runtime → kernel")
        .check(CLASSES);
  }

  @Test
  void actors_do_not_know_their_door() {
    noClasses()
        .that()
        .resideInAPackage("dev.regrow.actors..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.regrow.gateway..", "dev.regrow.cli..", "dev.regrow.client..")
        .because("data flows gateway → workload-actors → node-runtime → kernel")
        .check(CLASSES);
  }

  @Test
  void only_the_store_knows_ratis() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.regrow.core.store.raft..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.ratis..")
        .because("another database must be able to stand behind the store's port")
        .check(CLASSES);
  }

  @Test
  void only_the_server_of_HTTP_knows_Netty_and_it_knows_nothing_of_ours() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.regrow.gateway.server..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .because("sockets have one door, and handlers must be testable without any")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("dev.regrow.gateway.server..")
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are ours, but of another package",
                dependency ->
                    dependency.getPackageName().startsWith("dev.regrow.")
                        && !dependency.getPackageName().startsWith("dev.regrow.gateway.server")))
        .because("it serves bytes, whatever they mean")
        .check(CLASSES);
  }

  @Test
  void the_gateway_has_no_streams_of_actors() {
    noClasses()
        .that()
        .resideInAPackage("dev.regrow.gateway..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.pekko.stream..", "org.apache.pekko.http..")
        .because("each stage of one costs a message, and a write through the API has none to spare")
        .check(CLASSES);
  }

  @Test
  void only_the_syscall_package_knows_the_native_library() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.regrow.runtime.syscall..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jnr..")
        .because("the kernel has one door")
        .check(CLASSES);
  }

  @Test
  void packages_of_one_module_form_no_cycles() {
    slices().matching("dev.regrow.(core|runtime).(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static boolean isDecision(String name) {
    for (String pattern : DECISIONS) {
      if (name.startsWith(pattern.substring(0, pattern.length() - 2))) {
        return true;
      }
    }
    return false;
  }
}
