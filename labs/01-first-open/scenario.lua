-- The first open of a file on a server nobody has talked to yet: every structure is built.
server {
  name = "lab",
  users = { alice = "wonderland" },
  shares = {
    public = { files = { ["readme.txt"] = "Hello from the other side of the wire.\n" } },
  },
}
link { server = "lab", latency = "200us" }
user { name = "alice", password = "wonderland" }

process("notepad", { user = "alice" }, function()
  local status, file, how = NtCreateFile {
    path = [[\\lab\public\readme.txt]], access = "read", share = "read",
  }
  expect(status, "STATUS_SUCCESS")
  expect(how, "FILE_OPENED")

  local status, text = NtReadFile { handle = file, offset = 0, length = 4096 }
  expect(status, "STATUS_SUCCESS")
  expect(text, "Hello from the other side of the wire.\n")

  expect(NtClose(file), "STATUS_SUCCESS")
end)
