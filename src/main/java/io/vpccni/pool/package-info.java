/**
 * The addresses of one network card: who has which, who waits, what to ask of EC2 and what to give back.
 *
 * <p>Decides only. It knows no clock, thread, library or wire format: events come in with the time they happened, answers
 * and plans go out. Start reading at {@link io.vpccni.pool.Pool#apply} and {@link io.vpccni.pool.Planner#plan}.
 */
@NullMarked
package io.vpccni.pool;

import org.jspecify.annotations.NullMarked;
