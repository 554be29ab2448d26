module github.com/scefkit/scefkit/bench

go 1.26

require (
	github.com/scefkit/scefkit v0.0.0
	github.com/scefkit/scefkit/store/pebble v0.0.0
)

replace (
	github.com/scefkit/scefkit => ../
	github.com/scefkit/scefkit/store/pebble => ../store/pebble
)
