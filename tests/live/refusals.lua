-- A real server's refusals reach the application unchanged.
server { name = "lab", users = { alice = "pw" }, shares = { private = {} } }
user { name = "alice", password = "pw" }
user { name = "mallory", account = "alice", password = "wrong" }

process("share", { user = "alice" }, function()
  expect(NtCreateFile { path = [[\\lab\nosuchshare\a.txt]] }, "STATUS_BAD_NETWORK_NAME")
  expect(NtCreateFile { path = [[\\lab\private\nosuchfile.txt]] }, "STATUS_OBJECT_NAME_NOT_FOUND")
end)

process("password", { user = "mallory", start = "1s" }, function()
  expect(NtCreateFile { path = [[\\lab\private\a.txt]] }, "STATUS_LOGON_FAILURE")
end)
