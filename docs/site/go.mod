module vapoflow/docs/site

go 1.26.5

require (
	github.com/alecthomas/chroma/v2 v2.20.0
	github.com/wyatt915/treeblood v0.1.16
	github.com/yuin/goldmark v1.7.13
	github.com/yuin/goldmark-highlighting/v2 v2.0.0-20230729083705-37449abec8cc
)

require github.com/dlclark/regexp2 v1.11.5 // indirect
