module github.com/scefkit/scefkit/interop/t8client

go 1.26.0

require (
	github.com/oapi-codegen/runtime v1.8.0
	github.com/scefkit/scefkit v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/apapsch/go-jsonmerge/v2 v2.0.0 // indirect
	github.com/coder/websocket v1.8.15 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/tidwall/btree v1.8.2 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/time v0.16.0 // indirect
)

replace github.com/scefkit/scefkit => ../..
