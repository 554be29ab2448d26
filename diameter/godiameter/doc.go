// Package godiameter lets a program that already runs github.com/fiorix/go-diameter keep it and put scefkit on top: an
// [Adapter] is a [diameter.Transport] over connections of go-diameter, and hands the requests that arrive on them to a
// [diameter.Handler].
//
// go-diameter keeps what it does: listening, dialling, TLS, SCTP, the exchange of capabilities and the watchdog (package sm).
// The adapter does what it leaves open: it finds the connection for a destination, matches answers with requests, bounds
// what waits, and takes each request off the goroutine that reads from the peer.
//
// Start with [LoadDictionary], which teaches go-diameter the commands (it ends the connection over a command it does not
// know), then [New], [Adapter.Handle], [Adapter.Register] and [Adapter.Watch]. The example shows them in order. Compared to
// [diameter.Node] there is no reconnecting, no recognition of repeated requests and no hooks for tracing.
package godiameter
