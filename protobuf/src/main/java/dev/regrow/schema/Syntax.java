package dev.regrow.schema;

/** The two ways in which people write an object. */
public enum Syntax {
  JSON,
  YAML
}
