package dev.regrow.runtime.image;

/** When to ask the place that an image is from. */
public enum PullPolicy {
  /** Only when it is not here. */
  MISSING,
  /** At each start; what a tag stands for may change. */
  ALWAYS,
  /** Not at all: it must be here. */
  NEVER
}
