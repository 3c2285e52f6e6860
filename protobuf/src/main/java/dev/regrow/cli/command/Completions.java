package dev.regrow.cli.command;

import dev.regrow.cli.usage.Usage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Completion scripts, made of the commands as they are. */
final class Completions {
  private static final String KINDS = "workloads instances nodes revisions events";

  private static final String CHAOS = "list run simulate fuzz undo";

  /** Commands whose first argument is a workload's name. */
  private static final List<String> ON_WORKLOADS =
      List.of(
          "delete",
          "describe",
          "exec",
          "explain",
          "history",
          "logs",
          "port-forward",
          "restart",
          "rollback",
          "scale",
          "top");

  private record Known(String help, List<String> options) {}

  private final Map<String, Known> commands = new TreeMap<>();

  private Completions() {}

  static Completions of(Collection<Usage> usages) {
    var completions = new Completions();
    for (var usage : usages) {
      completions.commands.put(
          usage.name(),
          new Known(
              usage.description(),
              Stream.concat(usage.optionNames().stream(), Stream.of("--help")).sorted().toList()));
    }
    return completions;
  }

  private String names() {
    return String.join(" ", commands.keySet());
  }

  private String cases(String indent) {
    var cases = new StringBuilder();
    commands.forEach(
        (name, known) ->
            cases
                .append(indent)
                .append(name)
                .append(") options='")
                .append(String.join(" ", known.options()))
                .append("' ;;\n"));
    return cases.toString();
  }

  String bash() {
    return """
    # bash completion for regrow: source <(regrow completion bash)
    _regrow() {
      local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]:-} options=''
      if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W '@NAMES@' -- "$current")
        return
      fi
      case $command in
    @CASES@  esac
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
        return
      fi
      case $command:$COMP_CWORD in
        get:2) mapfile -t COMPREPLY < <(compgen -W '@KINDS@' -- "$current") ;;
        completion:2) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$current") ;;
        rollout:2) mapfile -t COMPREPLY < <(compgen -W 'status' -- "$current") ;;
        chaos:2) mapfile -t COMPREPLY < <(compgen -W '@CHAOS@' -- "$current") ;;
        chaos:3)
          mapfile -t COMPREPLY < <(compgen -f -W "$("${COMP_WORDS[0]}" chaos list -o name 2>/dev/null)" -- "$current")
          ;;
        @ON@:2 | rollout:3 | get:3)
          mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" get workloads -o name 2>/dev/null)" -- "$current")
          ;;
        *) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
      esac
    }
    complete -o filenames -F _regrow regrow
    """
        .replace("@NAMES@", names())
        .replace("@CASES@", cases("    "))
        .replace("@KINDS@", KINDS)
        .replace("@CHAOS@", CHAOS)
        .replace("@ON@", String.join(":2 | ", ON_WORKLOADS));
  }

  String zsh() {
    var described = new StringBuilder();
    commands.forEach(
        (name, known) ->
            described
                .append("    '")
                .append(name)
                .append(':')
                .append(plain(known.help()))
                .append("'\n"));
    return """
    #compdef regrow
    # zsh completion for regrow: regrow completion zsh > a folder of $fpath/_regrow
    _regrow() {
      local -a commands
      local options=''
      commands=(
    @DESCRIBED@  )
      if ((CURRENT == 2)); then
        _describe 'command' commands
        return
      fi
      case $words[2] in
    @CASES@  esac
      if [[ $words[CURRENT] == -* ]]; then
        compadd -- ${=options}
        return
      fi
      case $words[2]:$CURRENT in
        get:3) compadd -- @KINDS@ ;;
        completion:3) compadd -- bash zsh fish ;;
        rollout:3) compadd -- status ;;
        chaos:3) compadd -- @CHAOS@ ;;
        chaos:4) compadd -- ${(f)"$($words[1] chaos list -o name 2>/dev/null)"}; _files ;;
        (@ON@):3 | rollout:4 | get:4) compadd -- ${(f)"$($words[1] get workloads -o name 2>/dev/null)"} ;;
        *) _files ;;
      esac
    }
    compdef _regrow regrow
    """
        .replace("@DESCRIBED@", described)
        .replace("@CASES@", cases("    "))
        .replace("@KINDS@", KINDS)
        .replace("@CHAOS@", CHAOS)
        .replace("(@ON@):3", String.join(":3 | ", ON_WORKLOADS) + ":3");
  }

  String fish() {
    var script = new StringBuilder("# fish completion for regrow\n");
    commands.forEach(
        (name, known) -> {
          script.append(
              "complete -c regrow -f -n __fish_use_subcommand -a %s -d '%s'\n"
                  .formatted(name, plain(known.help())));
          for (var option : known.options()) {
            if (option.startsWith("--")) {
              script.append(
                  "complete -c regrow -n '__fish_seen_subcommand_from %s' -l %s\n"
                      .formatted(name, option.substring(2)));
            }
          }
        });
    script.append(
        "complete -c regrow -f -n '__fish_seen_subcommand_from get' -a '%s'\n".formatted(KINDS));
    script.append(
        "complete -c regrow -n '__fish_seen_subcommand_from chaos' -a '%s'\n".formatted(CHAOS));
    script.append(
        "complete -c regrow -f -n '__fish_seen_subcommand_from %s' -a '(regrow get workloads -o name 2>/dev/null)'\n"
            .formatted(String.join(" ", ON_WORKLOADS)));
    return script.toString();
  }

  private static String plain(String text) {
    return text.replace("'", "").replace(":", " -");
  }
}
