module carebell/bench

go 1.26.0

require (
	carebell v0.0.0
	github.com/olebedev/when v1.1.0
)

require (
	github.com/AlekSi/pointer v1.0.0 // indirect
	github.com/pkg/errors v0.8.1 // indirect
	golang.org/x/text v0.44.0 // indirect
)

replace carebell => ../
