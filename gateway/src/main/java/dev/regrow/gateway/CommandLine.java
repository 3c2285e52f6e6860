package dev.regrow.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Options as {@code --name value} or {@code --name=value}, and from the file of --config. */
final class CommandLine {

  /** What can be given several times; comes joined by commas. */
  private static final Set<String> REPEATED = Set.of("label");

  private CommandLine() {}

  /** What was given; the command line wins over the file. */
  static Map<String, String> parse(Set<String> known, String... arguments) {
    var given = new HashMap<String, String>();
    for (int i = 0; i < arguments.length; i++) {
      var argument = arguments[i];
      if (!argument.startsWith("--")) {
        throw StartFailure.usage("\"" + argument + "\" is no option");
      }
      int equals = argument.indexOf('=');
      var name = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
      if (!known.contains(name) && !name.equals("config")) {
        throw StartFailure.usage("there is no option --" + name);
      }
      if (equals < 0 && i + 1 == arguments.length) {
        throw StartFailure.usage("--" + name + " needs a value");
      }
      var value = equals < 0 ? arguments[++i] : argument.substring(equals + 1);
      var before = given.put(name, value);
      if (before != null && REPEATED.contains(name)) {
        given.put(name, before + "," + value);
      } else if (before != null) {
        throw StartFailure.usage("--" + name + " is given twice");
      }
    }
    var file = given.remove("config");
    if (file != null) {
      file(known, Path.of(file)).forEach(given::putIfAbsent);
    }
    return given;
  }

  private static Map<String, String> file(Set<String> known, Path path) {
    Object tree;
    try {
      var settings =
          LoadSettings.builder().setLabel(path.toString()).setMaxAliasesForCollections(0);
      tree = new Load(settings.build()).loadFromString(Files.readString(path));
    } catch (IOException e) {
      throw StartFailure.refused("cannot read the options of --config " + path + ": " + e);
    } catch (YamlEngineException e) {
      throw StartFailure.refused(path + " is no YAML: " + e.getMessage());
    }
    if (!(tree instanceof Map<?, ?> map)) {
      throw StartFailure.refused(path + " must hold options, as `data: /srv/regrow`");
    }
    var options = new HashMap<String, String>();
    map.forEach(
        (key, value) -> {
          if (!known.contains(String.valueOf(key))) {
            throw StartFailure.refused("%s: there is no option \"%s\"".formatted(path, key));
          }
          options.put(String.valueOf(key), text(value));
        });
    return options;
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }
}
