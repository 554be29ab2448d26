package t8

// DurationMin is a number of minutes (TS 29.122 §5.2.1).
type DurationMin int
