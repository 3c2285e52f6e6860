package dev.regrow.gateway.http;

/** Whether a body speaks of what the path names. */
final class Bodies {

  private Bodies() {}

  /**
   * @throws HttpProblem 422 if they differ
   */
  static void same(String field, String inBody, String inPath) {
    if (!inBody.equals(inPath)) {
      throw HttpProblem.invalid(
          field,
          "is \"%s\" here but \"%s\" in the path; make them the same"
              .formatted(Call.shortened(inBody), Call.shortened(inPath)));
    }
  }
}
