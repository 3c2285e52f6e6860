package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.Tables;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Paging;
import dev.regrow.schema.Suggestion;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenList;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.TokenRole;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code token}: makes, lists and revokes tokens. */
public final class TokenCommand extends Base {

  private String action = "";

  private @Nullable String id;

  private @Nullable String role;

  private @Nullable Duration ttl;

  private final Output output = new Output();

  public TokenCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("token", "Make, list and revoke tokens.")
        .argument("ACTION", "create, list or revoke.", text -> action = text)
        .optional("ID", "Which one to revoke.", text -> id = text)
        .option("--role", "ROLE", "read, deploy, admin or join.", text -> role = text)
        .option("--ttl", "D", "How long it counts, as 12h.", text -> ttl = Durations.parse(text))
        .with(output::declare)
        .footer(
            "A new token is printed once and kept only as a hash. With -n, which can be given several",
            "times, it counts in those namespaces alone.",
            "",
            "Examples:",
            "  regrow token create --role deploy -n shop --ttl 30d > deploy.token",
            "  regrow token list",
            "  regrow token revoke k3f9q2m8xz");
  }

  @Override
  public int run() {
    if (!action.equals("revoke") && id != null) {
      throw Failure.usage("token " + action + " takes no ID");
    }
    switch (action) {
      case "create" -> create();
      case "list" -> list(Paging.tokens(client()));
      case "revoke" -> revoke();
      default -> throw Failure.usage("token " + action + ": it is create, list or revoke");
    }
    return ExitCode.OK;
  }

  private void create() {
    if (role == null) {
      throw Failure.usage("say what it may do: --role read, deploy, admin or join");
    }
    var wanted = TokenRequest.newBuilder().setRole(roleOf(role));
    wanted.addAllNamespaces(connection.namespaces());
    if (ttl != null) {
      wanted.setTtl(ttl.toMillis());
    }
    var made = client().send(Calls.createToken(wanted.build()));
    if (output.form() == Output.Form.JSON || output.form() == Output.Form.YAML) {
      output.show(terminal, made, Token::getId);
    } else {
      terminal.print(made.getToken());
    }
    terminal.say(
        "token %s may %s%s; it is shown only now"
            .formatted(made.getId(), Tables.role(made.getRole()), where(made)));
  }

  private static String where(Token token) {
    return token.getNamespacesCount() == 0
        ? ""
        : " in " + String.join(", ", token.getNamespacesList());
  }

  private static TokenRole roleOf(String text) {
    for (var each :
        List.of(
            TokenRole.TOKEN_READ,
            TokenRole.TOKEN_DEPLOY,
            TokenRole.TOKEN_ADMIN,
            TokenRole.TOKEN_JOIN)) {
      if (Tables.role(each).equals(text)) {
        return each;
      }
    }
    throw Failure.usage("there is no role \"" + text + "\"; it is read, deploy, admin or join");
  }

  private void list(TokenList list) {
    if (output.isTable()) {
      var style = new Tables.Style(false, output.isWide(), System.currentTimeMillis());
      Tables.tokens(style, list.getItemsList()).print(terminal);
    } else if (output.form() == Output.Form.NAME) {
      list.getItemsList().forEach(each -> terminal.print(each.getId()));
    } else {
      output.show(terminal, list, each -> "");
    }
  }

  private void revoke() {
    if (id == null) {
      throw Failure.usage(
          "say which: regrow token revoke ID\nsee what there is: regrow token list");
    }
    try {
      client().send(Calls.revokeToken(id));
    } catch (ApiException.NotFound e) {
      var ids = Paging.tokens(client()).getItemsList().stream().map(Token::getId).toList();
      var nearest = Suggestion.nearest(id, ids);
      throw Failure.error(
          "there is no token \""
              + id
              + "\""
              + (nearest == null ? "" : "; did you mean \"" + nearest + "\"?")
              + "\nsee what there is: regrow token list");
    }
    terminal.print("token " + id + " is revoked");
  }
}
