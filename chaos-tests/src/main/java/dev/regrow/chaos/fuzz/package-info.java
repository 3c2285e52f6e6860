/**
 * Requests drawn from a seed by what the API's own description says of itself, right and wrong
 * ones: whatever is asked, the answer is never a fault of the server.
 *
 * <p>It knows nothing of Regrow but its OpenAPI document. Open {@link
 * dev.regrow.chaos.fuzz.ApiFuzz} first.
 */
@NullMarked
package dev.regrow.chaos.fuzz;

import org.jspecify.annotations.NullMarked;
