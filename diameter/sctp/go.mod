module github.com/scefkit/scefkit/diameter/sctp

go 1.26

require (
	github.com/ishidawataru/sctp v0.0.0-20251114114122-19ddcbc6aae2
	github.com/scefkit/scefkit v0.0.0
)

replace github.com/scefkit/scefkit => ../..
