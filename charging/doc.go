// Package charging writes charging records for non-IP data delivery: it makes of what package nidd tells ([nidd.Charging])
// records that hold what the cPDTSCERecord of TS 32.298 holds, and writes them as JSON, one a line, into files that are
// rotated by size and time. Mediation of the operator turns them into what its billing reads; Rf and Ga are not spoken.
//
// Start with [Open] and set the [Writer] as nidd.Options.Charging. Nothing here blocks traffic: the hooks put what they are
// told into a bounded queue, and one goroutine does the rest. What finds the queue full is dropped and counted
// ([Writer.Stats]); that is so when the disk has been full, or broken, for a while.
//
// The PDUs of a connection are gathered in memory into partial records. A record is closed when its connection ends or what
// it says of the connection changes, when it is long enough by number, octets or time, and when the Writer is closed. So a
// process that is killed loses the records that are open, at most Options.MaxDuration of traffic. A connection without
// traffic has no record open, and costs no memory: the last record, which each connection has, gives the time it was
// established. Who cannot bear that loss sets MaxSubmissions to 1: then each PDU is a record of its own at once.
//
// The files and what is in memory name subscribers in full: IMSI, MSISDN, External Identifier and IMEI, since that is what a
// charging record is for. It is the one place where scefkit writes them so. Files are made readable for their owner
// only.
//
// Methods are safe for concurrent use.
package charging
