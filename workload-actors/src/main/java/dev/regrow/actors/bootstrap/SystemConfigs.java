package dev.regrow.actors.bootstrap;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;

/** The settings of the two actor systems: shipped resources, and what this node adds. */
final class SystemConfigs {

  private SystemConfigs() {}

  static Config ofNodeSystem() {
    return ConfigFactory.parseResources("regrow-node.conf")
        .withFallback(ConfigFactory.parseResources("regrow-common.conf"))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  static Config ofClusterSystem(NodeConfig node) {
    var own =
        Map.<String, Object>of(
            "pekko.remote.artery.canonical.hostname",
            node.bind(),
            "pekko.remote.artery.canonical.port",
            node.clusterPort(),
            "pekko.cluster.app-version",
            Release.version());
    return ConfigFactory.parseMap(own)
        .withValue(
            "pekko.cluster.roles",
            ConfigValueFactory.fromIterable(node.roles().stream().sorted().toList()))
        .withFallback(ConfigFactory.parseResources("regrow-cluster.conf"))
        .withFallback(ConfigFactory.parseResources("regrow-common.conf"))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }
}
