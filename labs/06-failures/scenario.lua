-- What the application sees when the server is away, the share is missing, the password is wrong, the cable is cut.
server {
  name = "lab",
  users = { alice = "wonderland", bob = "builder" },
  shares = { public = { files = { ["readme.txt"] = "hello\n" } }, vault = { users = { "bob" } } },
}
server { name = "closed", listening = false }
server { name = "away", reachable = false }
link { latency = "200us" }
redirector { timeout = "10s" }
user { name = "alice", password = "wonderland" }
user { name = "mallory", account = "alice", password = "guess" }

process("alice", { user = "alice" }, function()
  local function open(path) return (NtCreateFile { path = path, access = "read" }) end

  log("a name nobody knows")
  expect(open([[\\nowhere\public\readme.txt]]), "STATUS_BAD_NETWORK_PATH")
  log("a host that refuses the connection: MUP must not see STATUS_CONNECTION_REFUSED")
  expect(open([[\\closed\public\readme.txt]]), "STATUS_BAD_NETWORK_PATH")
  log("a host that does not answer: the wait costs virtual time only")
  expect(open([[\\away\public\readme.txt]]), "STATUS_BAD_NETWORK_PATH")
  log("a server without this share")
  expect(open([[\\lab\missing\readme.txt]]), "STATUS_BAD_NETWORK_NAME")
  log("a share for somebody else")
  expect(open([[\\lab\vault\secret.txt]]), "STATUS_ACCESS_DENIED")
  log("a share without this file")
  expect(open([[\\lab\public\missing.txt]]), "STATUS_OBJECT_NAME_NOT_FOUND")
  expect(open([[\\lab\public\missing\readme.txt]]), "STATUS_OBJECT_PATH_NOT_FOUND")
end)

process("mallory", { user = "mallory", start = "60s" }, function()
  log("a wrong password: the server's code must reach the user unchanged")
  expect(NtCreateFile { path = [[\\lab\public\readme.txt]], access = "read" }, "STATUS_LOGON_FAILURE")
end)
