# The ruleset that tflint has built in: nothing is downloaded.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
