// Package t8test is for tests of T8 from outside: stand-ins for the procedures behind every API, and bodies that are made
// from the documents in t8/openapi.
package t8test
