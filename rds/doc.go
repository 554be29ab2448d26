// Package rds speaks the Reliable Data Service between UE and SCEF (TS 24.250, Release 17): its frames, its messages for
// ports, and the machine of a logical link, which is the same at both ends.
//
// NOT CONFIRMED: we could not read the figure and the code points of the specification. The octets are a guess, in one
// file, layout.go, and another [Codec] can take their place; so far the package understands itself and nobody else. Names,
// structure and procedures are those of the specification. What it leaves to us, as how often a gap is repeated, says
// "ours" in docs/rds.md. Extended headers, for windows above 3, are missing.
//
// # A link
//
// [Machine.Step] takes a [State], an [Event] and the time, and gives a new State with the [Action] values that follow. It
// does no I/O and keeps nothing. A driver, as in package nidd, works like this: in one transaction load the state (or make
// a [NewState] for the ports of the frame, reversed), step it, store it ([State.AppendBinary]), set the timer to
// [State.Deadline], and store what the actions Deliver, Confirm, Opened, Closed, PortsAsked, PortsAnswered, WindowAnswered
// and RequestFailed ask for. Then send the frames of Transmit, each as one Non-IP-Data, in their order. A crash before
// they are sent is as good as their loss: the deadline is in the state. A driver that cannot do what Deliver asks throws
// the new state away, and it is as though the frame had not come: the peer will repeat it. When a TDR says that the UE
// sleeps, the event is Unavailable, and the rest of the frames is thrown away; the sign that it woke is Available.
//
// Data of [Submit] is delivered at most once and in order, and that of an SDU confirmed as [Acknowledged] was. SDUs that
// are [Unknown], after a reset or N200 repetitions, may have been: whoever submits one again can have it delivered twice.
// MANAGE_PORT and SET_PARAMETERS may go over any link, one command at a time; that without ports fits best.
//
// # Numbers modulo 8
//
// Frames count modulo 8 and up to 3 are under way, so that a frame and a repetition of it cannot be confused as long as
// frames keep their order. When they do not, an old copy may meet a window that its number fits again. The receiver takes
// copy n for frame n+8 when V(R) has come to n+6, so after frame n+5 was sent; the sender takes an acknowledgement
// N(R) = r for r+8 when V(A) has come to r+5, so after frame r+4 was sent. Old copies of frame n-5 and acknowledgements
// N(R) = n-4 and less all left before V(A) passed n-4. So if no frame lives longer than [Options.Lifetime], it is safe when
// frame n goes out for the first time a Lifetime after V(A) passed n-4, and that is what the machine does: at most 4 frames
// in a Lifetime and a round trip. In numbers of frames: one may be overtaken by no more than 4 later ones.
//
// Establishments have no numbers at all. An end that was established therefore ignores I and S frames for a Lifetime,
// and sends no I frame and no new SET_ACK_MODE for two; an end that was asked sends none before it has heard an I or S
// frame, and takes a SET_ACK_MODE for a repetition until then. With a Lifetime of 0, none of this takes time.
//
// T6a and T6b keep the order when one TDR to a UE at a time is under way, as in package nidd; 0 fits then. UI frames are
// dropped when they repeat one of the last 4 within [Options.Remember].
//
// A [Machine] and values of all types may be used by several goroutines, as long as nobody changes them.
package rds
