-- A little of everything, which every server answers alike.
server { name = "lab", users = { alice = "pw" }, shares = { private = {} } }
user { name = "alice", password = "pw" }

process("copy", { user = "alice" }, function()
  local path = [[\\lab\private\note.txt]]
  local status, file = NtCreateFile { path = path, access = "read|write", share = "none", disposition = "overwrite_if" }
  expect(status, "STATUS_SUCCESS")
  expect(NtWriteFile { handle = file, data = "hello", offset = 0 }, "STATUS_SUCCESS")
  expect(NtClose(file), "STATUS_SUCCESS")
  status, file = NtCreateFile { path = path, access = "read" }
  expect(status, "STATUS_SUCCESS")
  local status, text = NtReadFile { handle = file, offset = 0, length = 100 }
  expect(text, "hello")
  expect(NtClose(file), "STATUS_SUCCESS")
  expect(NtCreateFile { path = [[\\lab\private\missing.txt]] }, "STATUS_OBJECT_NAME_NOT_FOUND")
end)
