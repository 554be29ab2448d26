// Package bench measures a whole SCEF from outside: what a message costs beside a program that moves the same octets
// without any SCEF logic, and what a million UEs take. It holds benchmarks only; README.md says how to run them and
// what they gave.
package bench
