module github.com/scefkit/scefkit

go 1.26

require (
	github.com/stretchr/testify v1.12.1 // indirect
	github.com/tidwall/btree v1.8.2 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
