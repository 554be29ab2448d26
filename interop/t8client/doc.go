// Package t8client drives our T8 server with clients that somebody else's generator makes from our documents: what is in
// t8/openapi is enough to talk to us, and it is the truth. The clients are made by check, which also runs the tests; they are
// not kept. This module is outside the workspace because without them it does not compile.
package t8client
